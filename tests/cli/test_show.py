"""muster show."""

import json

import pytest

from conftest import DOCUMENT, assert_ok, assert_one_line_error


def show(muster, db, *what):
    return assert_ok(muster("show", *what, "--db", db)).out


def test_shapes_as_a_table_smallest_first_disabled_ones_too(muster, db):
    assert show(muster, db, "shapes").splitlines() == [
        "ID             VCPU  MEM MIB  DISK MIB  CPU QUOTA PCT  DISABLED",
        "s-1vcpu-256mb     1      256     10240             25",
        "s-1vcpu-1gb       1     1024     10240",
        "s-old             2      512      1024                 yes",
    ]


def test_shapes_as_json(muster, db):
    assert show(muster, db, "shapes", "--json") == (
        '[{"id":"s-1vcpu-256mb","vcpu":1,"mem_mib":256,"default_disk_mib":10240,'
        '"cpu_quota_pct":25,"disabled":false},'
        '{"id":"s-1vcpu-1gb","vcpu":1,"mem_mib":1024,"default_disk_mib":10240,"disabled":false},'
        '{"id":"s-old","vcpu":2,"mem_mib":512,"default_disk_mib":1024,"disabled":true}]\n')


def test_hosts_as_a_table(muster, db):
    assert show(muster, db, "hosts").splitlines() == [
        "ID        STATUS    FREE MIB  VMS  DISABLED  ROOTFSES",
        "10.0.0.1  active        8192   12            devbox:1,node",
        "10.0.0.2  draining         0    3",
        "10.0.0.3  dead             0    0",
        "10.0.0.4  active           1    0  yes",
    ]


def test_hosts_as_json(muster, db):
    hosts = json.loads(show(muster, db, "hosts", "--json"))
    assert hosts[0] == {"id": "10.0.0.1", "status": "active", "free_mib": 8192, "vm_count": 12,
                        "rootfses": ["devbox:1", "node"], "disabled": False}
    assert [h["disabled"] for h in hosts] == [False, False, False, True]


def test_rootfs_as_json(muster, db):
    rootfs = json.loads(show(muster, db, "rootfs", "--json"))
    assert rootfs[0] == {"name": "devbox:1", "description": "Debian with tools",
                         "deprecated": False, "default": True, "disabled": False}
    assert rootfs[1]["successor"] == "node:22"
    assert rootfs[1]["description"] == DOCUMENT["rootfs"][1]["description"]


def test_a_table_holds_no_control_characters_of_what_is_stored(muster, db):
    text = show(muster, db, "rootfs")
    assert "\x1b" not in text
    assert r"two\nlines\x1b[31m" in text
    assert len(text.splitlines()) == 5


def test_a_table_cuts_long_text_and_counts_characters_not_bytes(muster, db):
    document = {"rootfs": [{"name": "größe", "description": "ä" * 200},
                           {"name": "c1", "description": "a\u009b31mb"}]}
    assert_ok(muster("import", "--replace", "-", "--db", db, stdin=json.dumps(document)))
    _, c1, long = show(muster, db, "rootfs").splitlines()
    assert c1.endswith(r"a\x9b31mb")
    assert long.endswith("ä" * 59 + "…")
    assert long.index("ä") == c1.index(r"a\x9b")


def test_user_as_a_table(muster, db):
    assert show(muster, db, "user", "usr_01K").splitlines() == [
        "ID       RUNNING  PAUSED  OTHER  TOTAL  API KEYS",
        "usr_01K        3       1      0     47         1",
    ]


def test_user_as_json_with_what_is_known_of_keys(muster, db):
    user = json.loads(show(muster, db, "user", "usr_01K", "--json"))
    assert user["id"] == "usr_01K"
    assert user["stats"] == {"running": 3, "paused": 1, "other": 0, "total": 47}
    assert [k["hint"] for k in user["api_keys"]] == ["cdef"]


def test_an_unknown_user_is_an_error(muster, db):
    assert "unknown user: nobody" in assert_one_line_error(
        muster("show", "user", "nobody", "--db", db))


def test_an_unknown_user_cannot_steer_the_terminal(muster, db):
    error = assert_one_line_error(muster("show", "user", "a\n\x1b[31mb", "--db", db))
    assert r"a\n\x1b[31mb" in error


@pytest.mark.parametrize("what, table", [("shapes", 1), ("hosts", 1), ("rootfs", 1)])
def test_an_empty_list_is_a_headline_or_an_empty_array(muster, tmp_path, what, table):
    db = tmp_path / "empty"
    assert_ok(muster("import", "-", "--db", db, stdin="{}"))
    assert len(show(muster, db, what).splitlines()) == table
    assert show(muster, db, what, "--json") == "[]\n"
