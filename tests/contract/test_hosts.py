"""GET /v1/hosts."""

import pytest
from wire import (
    API_KEY,
    UNAUTHORIZED,
    change,
    get,
    host,
    ids,
    put,
    put_user,
    rootfs,
    rows,
    success,
)


def rootfses(catalog, id="10.0.0.1"):
    (row,) = [row for row in rows(catalog, "/v1/hosts") if row["id"] == id]
    return row.get("rootfses")


def test_no_hosts(catalog):
    assert get(catalog, "/v1/hosts").body == success(
        '{"data":[],"pagination":{"total":0,"limit":50,"offset":0,"count":0}}'
    )


def test_fields_in_order_and_no_others(catalog):
    put(catalog, host("10.0.0.1", "draining", 2147483647, 12, rootfses=["b", "a"]))
    assert get(catalog, "/v1/hosts").body == success(
        '{"data":[{"id":"10.0.0.1","status":"draining","free_mib":2147483647,"vm_count":12,'
        '"rootfses":["b","a"]}],"pagination":{"total":1,"limit":50,"offset":0,"count":1}}'
    )


@pytest.mark.parametrize("status", ["active", "draining", "dead"])
def test_status(catalog, status):
    put(catalog, host("10.0.0.1", status))
    assert rows(catalog, "/v1/hosts")[0]["status"] == status


@pytest.mark.parametrize("status", ["active", "draining", "dead"])
def test_status_is_changed_alone(catalog, status):
    put(catalog, host("10.0.0.1", free_mib=7, vm_count=3, rootfses=["a"]))
    change(catalog, "set_host_status", "10.0.0.1", status)
    assert rows(catalog, "/v1/hosts") == [
        {"id": "10.0.0.1", "status": status, "free_mib": 7, "vm_count": 3, "rootfses": ["a"]}
    ]


def test_order_is_by_id_bytewise(catalog):
    names = ["9.0.0.1", "10.0.0.2", "10.0.0.10", "::1", "Host", "host", "é", "h", "h 1"]
    names += ["\uffff", "\U00010000"]  # in bytes in this order, in UTF-16 not
    put(catalog, *map(host, names))
    assert ids(catalog, "/v1/hosts") == sorted(names, key=str.encode)


def test_rootfses_keep_the_order_that_the_host_reported(catalog):
    put(catalog, rootfs("a"), rootfs("b"), host("10.0.0.1", rootfses=["b", "z", "a", "c"]))
    assert rootfses(catalog) == ["b", "z", "a", "c"]


def test_rootfses_that_are_disabled_are_left_out(catalog):
    put(
        catalog,
        rootfs("a", disabled=True),
        rootfs("b"),
        host("10.0.0.1", rootfses=["b", "a", "custom"]),
    )
    assert rootfses(catalog) == ["b", "custom"]


def test_rootfses_are_absent_where_none_is_left(catalog):
    put(catalog, rootfs("a", disabled=True), host("10.0.0.1", rootfses=["a"]), host("10.0.0.2"))
    assert get(catalog, "/v1/hosts").body == success(
        '{"data":[{"id":"10.0.0.1","status":"active","free_mib":8192,"vm_count":0},'
        '{"id":"10.0.0.2","status":"active","free_mib":8192,"vm_count":0}],'
        '"pagination":{"total":2,"limit":50,"offset":0,"count":2}}'
    )


def test_rootfses_follow_what_the_catalog_disables(catalog):
    put(catalog, rootfs("a"), host("10.0.0.1", rootfses=["a", "b"]))
    change(catalog, "set_disabled", "rootfs", "a")
    assert rootfses(catalog) == ["b"]
    change(catalog, "set_disabled", "rootfs", "a", False)
    assert rootfses(catalog) == ["a", "b"]


def test_a_disabled_rootfs_that_is_deleted_becomes_an_unknown_one(catalog):
    put(catalog, rootfs("a", disabled=True), host("10.0.0.1", rootfses=["a"]))
    change(catalog, "delete_rootfs", "a")
    assert rootfses(catalog) == ["a"]


def test_a_rootfs_put_as_disabled_is_left_out_of_hosts_that_had_it(catalog):
    put(catalog, host("10.0.0.1", rootfses=["a", "b"]))
    put(catalog, rootfs("a", disabled=True))
    assert rootfses(catalog) == ["b"]


def test_hidden_hosts_are_left_out_of_total_too(catalog):
    put(catalog, host("a"), host("b", disabled=True), host("c"))
    assert get(catalog, "/v1/hosts").body == success(
        '{"data":[{"id":"a","status":"active","free_mib":8192,"vm_count":0},'
        '{"id":"c","status":"active","free_mib":8192,"vm_count":0}],'
        '"pagination":{"total":2,"limit":50,"offset":0,"count":2}}'
    )


def test_hidden_hosts_count_for_no_offset(catalog):
    put(catalog, host("a", disabled=True), host("b"), host("c"))
    assert ids(catalog, "/v1/hosts?limit=1&offset=1") == ["c"]


def test_a_host_is_hidden_and_shown_again(catalog):
    put(catalog, host("a"), host("b"))
    change(catalog, "set_disabled", "hosts", "a")
    assert ids(catalog, "/v1/hosts") == ["b"]
    change(catalog, "set_disabled", "hosts", "a", False)
    assert ids(catalog, "/v1/hosts") == ["a", "b"]


def test_a_host_that_was_deleted_is_gone(catalog):
    put(catalog, host("a"), host("b"))
    change(catalog, "delete_host", "a")
    assert ids(catalog, "/v1/hosts") == ["b"]


# --- a credential, where the option asks for one ---


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_option_asks_for_a_credential(catalog, method):
    put_user(catalog)
    handler = catalog.handler(hosts_require_credential=True)
    refused = handler.handle(method, "/v1/hosts")
    assert refused.status == 401
    assert refused.headers["WWW-Authenticate"] == "ApiKey"
    assert handler.handle(method, "/v1/hosts", {"X-Api-Key": "sk_unknown"}).status == 401
    assert handler.handle(method, "/v1/hosts", {"X-Api-Key": API_KEY}).status == 200


def test_option_refuses_with_the_bytes_of_whoami(catalog):
    handler = catalog.handler(hosts_require_credential=True)
    assert handler.handle("GET", "/v1/hosts").body == UNAUTHORIZED
    assert handler.handle("GET", "/v1/hosts") == handler.handle("GET", "/v1/whoami")


def test_option_takes_a_user_whom_the_host_names(catalog):
    handler = catalog.handler(hosts_require_credential=True)
    assert handler.handle("GET", "/v1/hosts", user_id="usr_foreign").status == 200


def test_option_leaves_the_other_lists_public(catalog):
    handler = catalog.handler(hosts_require_credential=True)
    assert handler.handle("GET", "/v1/shapes").status == 200
    assert handler.handle("GET", "/v1/rootfs").status == 200
