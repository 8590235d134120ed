"""GET /v1/hosts where it asks for a credential. For a server of its own, which the other
tests do not know; those here have nothing to ask of any other."""

import pytest
from catalog import OTHER_KEY
from client import check, without_body
from expected import BAD_LIMIT, METHOD_NOT_ALLOWED, NOT_MODIFIED, UNAUTHORIZED


@pytest.fixture(autouse=True)
def only_of_private_hosts(server):
    if not server.traits.private_hosts:
        pytest.skip("this server shows its hosts to all")


@pytest.mark.parametrize("fields", [
    [], ["X-Api-Key:"], ["X-Api-Key: sk_live_unknown"], ["X-Auth-Token: unknown", "X-Api-Key: {}"],
], ids=", ".join)
def test_without_a_good_key_it_is_401(server, client, key, fields):
    fields = [field.format(key) for field in fields]
    check(client.get("/v1/hosts", *fields), UNAUTHORIZED, server)
    check(client.get("/v1/hosts", *fields, method="HEAD"), without_body(UNAUTHORIZED), server)


@pytest.mark.parametrize("field", ["X-Auth-Token: {}", "X-Access-Token: {}",
                                   "Authorization: Bearer {}", "X-Api-Key: {}"])
def test_with_a_key_it_is_the_page(server, client, catalog, key, field):
    for asked in (key, OTHER_KEY):
        answer = client.get("/v1/hosts?limit=7&offset=3", field.format(asked))
        check(answer, catalog.page("/v1/hosts", 7, 3), server)
    answer = client.get("/v1/hosts", field.format(key), method="HEAD")
    check(answer, without_body(catalog.page("/v1/hosts")), server)


def test_the_query_is_judged_before_the_credential(server, client):
    check(client.get("/v1/hosts?limit=0"), BAD_LIMIT, server)


def test_the_method_is_judged_before_the_credential(server, client):
    answer = client.get("/v1/hosts", "Content-Length: 0", method="POST")
    check(answer, METHOD_NOT_ALLOWED, server)


def test_the_credential_is_judged_before_preconditions(server, client, key):
    key_field = f"X-Api-Key: {key}"
    tag = client.get("/v1/hosts", key_field).headers["etag"]
    for match in (tag, "*"):
        check(client.get("/v1/hosts", f"If-None-Match: {match}"), UNAUTHORIZED, server)
        answer = client.get("/v1/hosts", f"If-None-Match: {match}", key_field)
        check(answer, NOT_MODIFIED, server)


@pytest.mark.parametrize("path", ["/v1/shapes", "/v1/rootfs", "/healthz", "/readyz"])
def test_nothing_else_asks_for_a_credential(server, client, catalog, path):
    check(client.get(path), catalog.get(path), server)
