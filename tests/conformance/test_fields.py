"""Header fields: those that count, however they are written, and those that do not."""

import pytest
from client import Request, check, check_400, without_body
from expected import BAD_LIMIT, HEALTHZ, METHOD_NOT_ALLOWED, NOT_MODIFIED, UNAUTHORIZED
from test_endpoints import ENDPOINTS, LISTS

MATCHING = ["{}", "W/{}", '"x",{}', '"x" , W/"y" ,  {} , "z"', ",,{},", '"a,b",{}', "*", "  {}\t"]
OTHER = ["", '""', '"x"', "w/{}", "W/ {}", '"*"', "W/*"]


@pytest.mark.parametrize("path", LISTS)
def test_forms_of_the_tag_that_match(server, client, path):
    tag = client.get(path).headers["etag"]
    for form in MATCHING:
        check(client.get(path, "If-None-Match: " + form.format(tag)), NOT_MODIFIED, server)


def test_a_tab_may_stand_around_a_value(server, client):
    client.asked.append(asked := Request("/healthz", ("X-Other:\tx\t",)))
    client.send(asked.bytes(server.traits.prefix))
    answer = client.frameworks_answer()
    if server.has("no-tabs"):
        assert answer.status == 400
        assert client.is_ended()
        return
    check(answer, HEALTHZ, server)


@pytest.mark.parametrize("path", LISTS)
def test_forms_of_the_tag_that_do_not_match(server, client, catalog, path):
    tag = client.get(path).headers["etag"]
    for form in [*OTHER, tag.strip('"')]:
        answer = client.get(path, "If-None-Match: " + form.format(tag))
        check(answer, catalog.get(path), server)


@pytest.mark.parametrize("path", LISTS)
def test_repeated_tags_are_one_list(server, client, catalog, path):
    tag = client.get(path).headers["etag"]
    if server.has("no-repeated-fields"):
        check_400(server, path, f"If-None-Match: {tag}", 'if-none-match: "x"')
        return
    for values in ([tag, '"x"'], ['"x"', tag], ['"x"', '"y"', f"W/{tag}"]):
        fields = [f"If-None-Match: {value}" for value in values]
        check(client.get(path, *fields), NOT_MODIFIED, server)
    answer = client.get(path, 'If-None-Match: "x"', 'if-none-match: "y"')
    check(answer, catalog.get(path), server)


def test_the_tag_of_a_page_is_good_for_all(server, client):
    tag = client.get("/v1/hosts?limit=1").headers["etag"]
    for query in ("", "?limit=500", "?offset=9007199254740991"):
        answer = client.get("/v1/hosts" + query, f"If-None-Match: {tag}")
        check(answer, NOT_MODIFIED, server)


@pytest.mark.parametrize("path", ["/v1/whoami", "/healthz", "/readyz"])
def test_only_lists_have_a_tag(server, client, catalog, key, path):
    answer = client.get(path, f"X-Api-Key: {key}", "If-None-Match: *")
    check(answer, catalog.get(path, key), server)


@pytest.mark.parametrize("fields", [
    ["X-Auth-Token: {key}", "X-Access-Token: {other}"],
    ["X-Access-Token: {key}", "Authorization: Bearer {other}"],
    ["Authorization: bEaReR {key}", "X-Api-Key: {other}"],
    ["X-API-KEY: {key}"],
    ["x-api-key:{key}"],
    ["X-Api-Key: \t {key} \t"],
    ["X-Auth-Token:", "X-Access-Token: ", "Authorization: Bearer", "X-Api-Key: {key}"],
    ["Authorization: Basic dXNyOnB3", "X-Api-Key: {key}"],
    ["Authorization: Bearer{other}", "X-Api-Key: {key}"],
    ["X-Auth-Token: {key}", "Cookie: a=b; X-Auth-Token={other}", "X-Api-Key-2: {other}"],
], ids=", ".join)
def test_the_first_credential_that_is_there_counts(server, client, catalog, key, other_key,
                                                   fields):
    fields = [field.format(key=key, other=other_key) for field in fields]
    for order in (fields, list(reversed(fields))):
        check(client.get("/v1/whoami", *order), catalog.whoami(key), server)


def test_all_keys_of_a_user_are_good(server, client, catalog, keys):
    for key in (key for of_one in keys for key in of_one):
        expected = catalog.whoami(key)
        if "%" in key and server.has("decoded-fields"):
            expected = UNAUTHORIZED
        check(client.get("/v1/whoami", f"X-Api-Key: {key}"), expected, server)


def test_a_credential_is_not_decoded(server, client, catalog, key):
    encoded = f"%{ord(key[0]):x}{key[1:]}"
    expected = catalog.whoami(key) if server.has("decoded-fields") else UNAUTHORIZED
    check(client.get("/v1/whoami", f"X-Api-Key: {encoded}"), expected, server)


def test_an_underscore_in_a_name_is_no_hyphen(server, client, catalog, key):
    authenticated, no_key = catalog.whoami(key), UNAUTHORIZED
    not_modified, whole = NOT_MODIFIED, catalog.rootfs()
    if server.has("underscores-are-hyphens"):
        authenticated, no_key = no_key, authenticated
        not_modified, whole = whole, not_modified
    check(client.get("/v1/whoami", f"X_Api_Key: {key}"), no_key, server)
    check(client.get("/v1/whoami", f"X_Auth_Token: {key}"), no_key, server)
    answer = client.get("/v1/whoami", "X_Auth_Token: unknown", f"X-Api-Key: {key}")
    check(answer, authenticated, server)
    check(client.get("/v1/rootfs", "If_None_Match: *"), whole, server)


@pytest.mark.parametrize("values", [["", "{key}"], ["{key}", ""]], ids=", ".join)
def test_an_empty_field_and_a_key_are_no_good_key(server, client, catalog, key, values):
    fields = [f"X-Api-Key: {value}".format(key=key) for value in values]
    expected = catalog.whoami(key) if server.has("drops-empty-fields") else UNAUTHORIZED
    check(client.get("/v1/whoami", *fields), expected, server)


@pytest.mark.parametrize("fields", [
    [],
    ["X-Api-Key: sk_live_unknown"],
    ["X-Api-Key:"],
    ["X-Api-Key: {key}x"],
    ["X-Api-Key: short"],
    ["X-Api-Key: {key}", "X-Api-Key: {key}"],
    ["X-Api-Key: {key}", "x-api-key: {other}"],
    ["X-Auth-Token: {key}", "X-Auth-Token: {key}"],
    ["X-Access-Token: {key}", "X-Access-Token: {key}"],
    ["Authorization: Bearer {key}", "Authorization: Bearer {key}"],
    ["Authorization: Bearer {key}", "Authorization: Basic dXNyOnB3"],
    ["Authorization: Basic dXNyOnB3", "Authorization: Bearer {key}"],
    ["Authorization: {key}"],
    ["X-Auth-Token: unknown", "X-Api-Key: {key}"],
    ["Authorization: Bearer unknown", "X-Api-Key: {key}"],
    ["Cookie: X-Api-Key={key}"],
], ids=", ".join)
def test_what_is_no_good_credential_is_401(server, client, key, other_key, fields):
    fields = [field.format(key=key, other=other_key) for field in fields]
    is_repeated = [field.partition(":")[0] for field in fields].count("Authorization") > 1
    if is_repeated and server.has("no-repeated-fields"):
        check_400(server, "/v1/whoami", *fields)
        return
    check(client.get("/v1/whoami", *fields), UNAUTHORIZED, server)
    check(client.get("/v1/whoami", *fields, method="HEAD"), without_body(UNAUTHORIZED), server)


@pytest.mark.parametrize("fields", [
    ["Range: bytes=0-3"],
    ["Range: bytes=99999999-"],
    ["Range: bytes=0-1,3-4"],
    ['If-Range: "x"', "Range: bytes=0-3"],
    ['If-Match: "x"'],
    ["If-Modified-Since: Wed, 01 Jan 2120 00:00:00 GMT"],
    ["If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT"],
    ["Accept: text/html", "Accept-Encoding: gzip, br", "Accept-Charset: latin1"],
    ["X-HTTP-Method-Override: DELETE"],
    ["X-Forwarded-Prefix: /x", "X-Original-URL: /v1/whoami", "X-Rewrite-URL: /healthz"],
    ["TE: trailers", "Cache-Control: only-if-cached", "Pragma: no-cache"],
], ids=", ".join)
def test_other_fields_change_nothing(server, client, catalog, key, fields):
    for path in ENDPOINTS:
        answer = client.get(path, f"X-Api-Key: {key}", *fields)
        check(answer, catalog.get(path, key), server)


@pytest.mark.parametrize("field", ["Range: bytes=0-3", "Range: bytes=99999999-"])
def test_a_range_changes_no_error_no_304_and_no_head(server, client, catalog, field):
    for target, fields, expected in [
            ("/v1/hosts", [], catalog.page("/v1/hosts")),
            ("/v1/hosts", ["If-None-Match: *"], NOT_MODIFIED),
            ("/v1/hosts?limit=0", [], BAD_LIMIT),
            ("/v1/whoami", [], UNAUTHORIZED)]:
        check(client.get(target, field, *fields), expected, server)
        answer = client.get(target, field, *fields, method="HEAD")
        check(answer, without_body(expected), server)


@pytest.mark.parametrize("field", ["Range: nonsense", "Range: bytes=3-1", "Range: bytes="])
def test_a_range_that_is_none_changes_nothing(server, client, catalog, field):
    client.ask(Request("/v1/hosts", (field,)))
    if server.has("bad-range"):
        assert client.frameworks_answer().status == 416
    else:
        check(client.answer(), catalog.page("/v1/hosts"), server)


upgrades = pytest.mark.parametrize("fields", [
    ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c",
     "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA"],
    ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="],
], ids=["h2c", "websocket"])


@upgrades
@pytest.mark.parametrize("path", ENDPOINTS)
def test_an_upgrade_is_not_taken(server, client, catalog, key, path, fields):
    asked = Request(path, (f"X-Api-Key: {key}", *fields))
    check_not_upgraded(server, client, asked, catalog.get(path, key))


@upgrades
@pytest.mark.parametrize("method", ["HEAD", "POST"])
def test_an_upgrade_of_another_method_is_not_taken(server, client, catalog, method, fields):
    if method == "HEAD" and server.has("no-upgrade"):
        pytest.skip("uvicorn fails over the body of its own refusal, as its log says")
    expected = METHOD_NOT_ALLOWED if method == "POST" else without_body(catalog.rootfs())
    fields = [*fields, "Content-Length: 0"] if method == "POST" else fields
    check_not_upgraded(server, client, Request("/v1/rootfs", tuple(fields), method=method),
                       expected)


def check_not_upgraded(server, client, asked, expected):
    client.ask(asked)
    if server.has("no-upgrade"):
        assert client.refusal() == 400
        return
    check(client.answer(), expected, server)
    if server.has("upgrade-closes"):
        assert client.is_ended()
    else:
        check(client.get("/healthz"), HEALTHZ, server)


def test_a_field_of_7_kib_is_nothing_special(server, client, catalog, key):
    long = "X-Long: " + "a" * 7 * 1024
    check(client.get("/v1/shapes", long), catalog.page("/v1/shapes"), server)
    answer = client.get("/v1/whoami", long, f"X-Api-Key: {key}")
    check(answer, catalog.whoami(key), server)


def test_a_tag_behind_7_kib_of_others_is_found(server, client):
    tag = client.get("/v1/hosts").headers["etag"]
    others = ", ".join(f'"{i:06}"' for i in range(700))
    answer = client.get("/v1/hosts", f"If-None-Match: {others}, {tag}")
    check(answer, NOT_MODIFIED, server)


def test_seventy_fields_are_nothing_special(server, client, catalog, key):
    fields = [f"X-Field-{i}: {i}" for i in range(70)]
    expected = UNAUTHORIZED if server.has("64-fields") else catalog.whoami(key)
    check(client.get("/v1/whoami", *fields, f"X-Api-Key: {key}"), expected, server)


def test_thirty_fields_are_nothing_special(server, client, catalog, key):
    fields = [f"X-Field-{i}: {i}" for i in range(30)]
    answer = client.get("/v1/whoami", *fields, f"X-Api-Key: {key}")
    check(answer, catalog.whoami(key), server)
    check(client.get("/healthz"), HEALTHZ, server)
