"""GET /v1/whoami."""

import muster
import pytest
from wire import API_KEY, UNAUTHORIZED, change, get, put, put_user, success

OTHER_KEY = "sk_test_fedcba9876543210"


@pytest.fixture
def users(catalog):
    put_user(catalog, running=3, paused=1, other=0, total=47)
    put_user(catalog, id="usr_2", api_key=OTHER_KEY)
    return catalog


def who(catalog, headers):
    response = get(catalog, "/v1/whoami", headers)
    return response.body.split(b'"')[9].decode() if response.status == 200 else None


def test_user_and_stats_in_order(users):
    response = get(users, "/v1/whoami", {"X-Api-Key": API_KEY})
    assert response.status == 200
    assert response.body == success(
        '{"user_id":"usr_01K","stats":{"running":3,"paused":1,"other":0,"total":47}}'
    )
    assert response.headers == {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "Content-Length": str(len(response.body)),
    }


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Auth-Token": API_KEY},
        {"X-Access-Token": API_KEY},
        {"Authorization": "Bearer " + API_KEY},
        {"Authorization": "bearer " + API_KEY},
        {"Authorization": "BEARER " + API_KEY},
        {"Authorization": "bEaReR " + API_KEY},
        {"X-Api-Key": API_KEY},
        {"x-api-key": API_KEY},
        {"X-API-KEY": API_KEY},
        {"X-Api-Key": "  " + API_KEY + " \t"},
    ],
)
def test_credential_stands_in_any_of_four_headers(users, headers):
    assert who(users, headers) == "usr_01K"


def bearer(key):
    return "Bearer " + key


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Auth-Token": API_KEY, "X-Access-Token": OTHER_KEY},
        {"X-Auth-Token": API_KEY, "Authorization": bearer(OTHER_KEY)},
        {"X-Auth-Token": API_KEY, "X-Api-Key": OTHER_KEY},
        {"X-Access-Token": API_KEY, "Authorization": bearer(OTHER_KEY)},
        {"X-Access-Token": API_KEY, "X-Api-Key": OTHER_KEY},
        {"Authorization": bearer(API_KEY), "X-Api-Key": OTHER_KEY},
    ],
)
def test_the_first_of_two_credentials_counts(users, headers):
    assert who(users, headers) == "usr_01K"
    assert who(users, dict(reversed(headers.items()))) == "usr_01K"


@pytest.mark.parametrize("empty", ["", " ", "\t"])
@pytest.mark.parametrize("name", ["X-Auth-Token", "X-Access-Token", "Authorization"])
def test_an_empty_header_is_passed_over(users, name, empty):
    assert who(users, {name: empty, "X-Api-Key": API_KEY}) == "usr_01K"


@pytest.mark.parametrize(
    "authorization",
    [
        "Basic dXNyOnB3",
        "Basic " + OTHER_KEY,
        "ApiKey " + OTHER_KEY,
        "Bearer",
        "Bearer ",
        "Bearer" + OTHER_KEY,
        "Bearers " + OTHER_KEY,
        OTHER_KEY,
    ],
)
def test_an_authorization_that_is_no_bearer_token_is_passed_over(users, authorization):
    assert who(users, {"Authorization": authorization, "X-Api-Key": API_KEY}) == "usr_01K"


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Auth-Token": "unknown-key", "X-Api-Key": API_KEY},
        {"X-Access-Token": "unknown-key", "X-Api-Key": API_KEY},
        {"Authorization": "Bearer unknown-key", "X-Api-Key": API_KEY},
        {"X-Auth-Token": "x", "Authorization": bearer(API_KEY)},
    ],
)
def test_an_unknown_credential_hides_those_after_it(users, headers):
    assert who(users, headers) is None


@pytest.mark.parametrize(
    "name, value", [("X-Api-Key", API_KEY), ("Authorization", bearer(API_KEY))]
)
def test_a_repeated_header_is_one_value(users, name, value):
    assert who(users, {name: [value]}) == "usr_01K"
    assert who(users, {name: [value, value]}) is None
    assert who(users, [(name, value), (name.lower(), "x")]) is None


def refusals(catalog):
    """The answers to every kind of credential that is good for nothing."""
    put(catalog, muster.User(id="usr_gone", api_keys=["sk_gone_00000000"]))
    change(catalog, "delete_user", "usr_gone")
    batch = muster.WriteBatch()
    revoked = batch.create_api_key("usr_01K")
    catalog.apply(batch)
    assert who(catalog, {"X-Api-Key": revoked}) == "usr_01K"
    change(catalog, "revoke_api_key", revoked)
    for credential in (
        revoked,
        "sk_gone_00000000",
        "sk_never_was_a_key",
        API_KEY.upper(),
        API_KEY[:-1],
        API_KEY + "0",
        API_KEY + ",",
        "short",
        "x" * 512,
        "x" * 10000,
        "with space",
        "é" * 10,
        catalog.api_keys()[0].id,
    ):
        yield get(catalog, "/v1/whoami", {"X-Api-Key": credential})
    yield get(catalog, "/v1/whoami")
    yield get(catalog, "/v1/whoami", {"X-Api-Key": ""})
    yield get(catalog, "/v1/whoami", {"Authorization": "Basic dXNyOnB3"})
    yield get(catalog, "/v1/whoami?api_key=" + API_KEY)


def test_refusals_are_the_same_bytes(users):
    for response in refusals(users):
        assert response.status == 401
        assert response.headers == {
            "Content-Type": "application/json",
            "Cache-Control": "no-store",
            "WWW-Authenticate": "ApiKey",
            "Content-Length": str(len(UNAUTHORIZED)),
        }
        assert response.body == UNAUTHORIZED


def test_stats_are_zero_where_there_are_none(users):
    assert get(users, "/v1/whoami", {"X-Api-Key": OTHER_KEY}).body == success(
        '{"user_id":"usr_2","stats":{"running":0,"paused":0,"other":0,"total":0}}'
    )


def test_stats_are_the_newest_and_leave_the_lists_version(users):
    tags = [users.snapshot().etag(name) for name in ("shapes", "rootfs", "hosts")]
    for running in (5, 6):
        change(users, "set_user_stats", "usr_01K", running=running, other=2, total=50)
        assert get(users, "/v1/whoami", {"X-Api-Key": API_KEY}).body == success(
            '{"user_id":"usr_01K",'
            f'"stats":{{"running":{running},"paused":0,"other":2,"total":50}}}}'
        )
    assert tags == [users.snapshot().etag(name) for name in ("shapes", "rootfs", "hosts")]


def test_largest_stats(catalog):
    most = 2147483647
    put_user(catalog, other=most, total=most)
    assert f'"other":{most},"total":{most}'.encode() in get(
        catalog, "/v1/whoami", {"X-Api-Key": API_KEY}
    ).body


def test_a_user_whom_the_host_names_needs_no_credential(users):
    assert get(users, "/v1/whoami", user_id="usr_01K").body == success(
        '{"user_id":"usr_01K","stats":{"running":3,"paused":1,"other":0,"total":47}}'
    )


def test_a_user_whom_the_host_names_hides_the_credential(users):
    response = get(users, "/v1/whoami", {"X-Api-Key": OTHER_KEY}, user_id="usr_01K")
    assert b'"usr_01K"' in response.body
    assert get(users, "/v1/whoami", {"X-Api-Key": "unknown-key"}, user_id="usr_2").status == 200


def test_a_user_whom_only_the_host_knows_has_zeros(users):
    assert get(users, "/v1/whoami", user_id="usr_foreign").body == success(
        '{"user_id":"usr_foreign","stats":{"running":0,"paused":0,"other":0,"total":0}}'
    )


def test_all_keys_of_a_user_work_until_revoked(users):
    batch = muster.WriteBatch()
    keys = [batch.create_api_key("usr_01K", label) for label in ("laptop", "ci")]
    users.apply(batch)
    assert [who(users, {"X-Api-Key": key}) for key in [API_KEY, *keys]] == ["usr_01K"] * 3
    change(users, "revoke_api_key", keys[0])
    assert [who(users, {"X-Api-Key": key}) for key in [API_KEY, *keys]] == [
        "usr_01K",
        None,
        "usr_01K",
    ]
