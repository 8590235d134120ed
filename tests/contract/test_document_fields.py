"""The fields of a catalog document: what each may hold, on both sides of its bounds."""

import json

import muster
import pytest
from wire import document

NAME = (
    "must be a string of 1 to 255 bytes of UTF-8 without control characters and without "
    "white space at either end"
)
BOOLEAN = "must be true or false"
REPEAT = "must not be given more than once"

# An entry of each list with no more than it must have.
LEAST = {
    "shapes": {"id": "s", "vcpu": 1, "mem_mib": 1, "default_disk_mib": 0},
    "rootfs": {"name": "r"},
    "hosts": {"id": "h", "status": "active", "free_mib": 0, "vm_count": 0},
    "users": {"id": "u"},
}


def with_field(list, field, token):
    """A document whose one entry has a field of this JSON text."""
    entry = {**LEAST[list], field: None}
    members = ",".join(
        f"{json.dumps(key)}:{token if key == field else json.dumps(value)}"
        for key, value in entry.items()
    )
    return f'{{"{list}":[{{{members}}}]}}'


def error_of(catalog, text):
    """The one line with which a document is refused, of which nothing is kept."""
    before = catalog.export_document()
    with pytest.raises(muster.InvalidArgument) as raised:
        catalog.import_document(text)
    assert catalog.export_document() == before
    line = str(raised.value)
    assert "\n" not in line
    return line


def stored(catalog, list, field):
    snapshot = catalog.snapshot()
    match list:
        case "shapes":
            (entry,) = snapshot.all_shapes()
        case "rootfs":
            (entry,) = snapshot.all_rootfs()
        case "hosts":
            (entry,) = snapshot.all_hosts()
        case "users":
            entry = catalog.find_user("u")
    return getattr(entry, field)


# --- integers ---

INTEGERS = [
    ("shapes", "vcpu", 1, 65535),
    ("shapes", "mem_mib", 1, 2147483647),
    ("shapes", "default_disk_mib", 0, 9007199254740991),
    ("shapes", "cpu_quota_pct", 1, 6553500),
    ("hosts", "free_mib", 0, 2147483647),
    ("hosts", "vm_count", 0, 2147483647),
]
NOT_INTEGERS = [
    "1.0",
    "1.5",
    "1e3",
    "1E0",
    "10e-1",
    "1e400",
    '"1"',
    "null",
    "true",
    "[1]",
    "{}",
    "[]",
    "9223372036854775808",
    "-9223372036854775809",
    "18446744073709551617",
    "1" + "0" * 400,
    "-1" + "0" * 400,
]


@pytest.mark.parametrize("list, field, least, most", INTEGERS)
def test_integer_is_accepted_at_its_bounds(catalog, list, field, least, most):
    for value in (least, most):
        catalog.import_document(with_field(list, field, str(value)))
        assert stored(catalog, list, field) == value


@pytest.mark.parametrize("list, field, least, most", INTEGERS)
def test_integer_is_refused_past_its_bounds(catalog, list, field, least, most):
    for token in [str(least - 1), str(most + 1), *NOT_INTEGERS]:
        assert (
            error_of(catalog, with_field(list, field, token))
            == f"/{list}/0/{field}: must be an integer from {least} to {most}"
        ), token


def test_integers_with_leading_zeros_are_not_json(catalog):
    line = error_of(catalog, with_field("shapes", "default_disk_mib", "00"))
    assert line.startswith("line 1, column ")


# --- ids and names ---

NAMES = [
    ("shapes", "id", "{}"),
    ("rootfs", "name", "{}"),
    ("rootfs", "successor", "{}"),
    ("hosts", "id", "{}"),
    ("hosts", "rootfses", "[{}]"),
    ("users", "id", "{}"),
]
GOOD_NAMES = [
    "a",
    "x" * 255,
    "é" * 127 + "x",
    "𝄞" * 63 + "xyz",
    "a b",
    "\u00a0a\u3000",
    "\x80",
    "\"\\/~",
    "\ufeff\ufffe",
]
BAD_NAMES = [
    "",
    "x" * 256,
    "é" * 128,
    "𝄞" * 64,
    " ",
    " a",
    "a ",
    "\ta",
    "a\n",
    *(f"a{chr(code)}b" for code in [*range(0x20), 0x7F]),
]


@pytest.mark.parametrize("list, field, form", NAMES)
@pytest.mark.parametrize("escape", [True, False])
def test_name_is_accepted_up_to_its_bounds(list, field, form, escape):
    for name in GOOD_NAMES:
        with muster.Catalog.in_memory() as catalog:
            token = form.format(json.dumps(name, ensure_ascii=escape))
            catalog.import_document(with_field(list, field, token))
            if list == "users":
                assert catalog.find_user(name).id == name
            else:
                value = stored(catalog, list, field)
                assert value == ([name] if field == "rootfses" else name)


@pytest.mark.parametrize("list, field, form", NAMES)
def test_name_is_refused_past_its_bounds(catalog, list, field, form):
    element = "/0" if field == "rootfses" else ""
    tokens = [json.dumps(name) for name in BAD_NAMES] + ["1", "null", "true", "[]", "{}"]
    for token in tokens:
        assert (
            error_of(catalog, with_field(list, field, form.format(token)))
            == f"/{list}/0/{field}{element}: {NAME}"
        ), token


# --- the other fields ---


@pytest.mark.parametrize("text", ["", "x", " x\n\t", "\0", "x" * 4096, "é" * 2048])
def test_description_is_accepted_up_to_its_bounds(catalog, text):
    catalog.import_document(with_field("rootfs", "description", json.dumps(text)))
    assert stored(catalog, "rootfs", "description") == text


@pytest.mark.parametrize(
    "token",
    [json.dumps("x" * 4097), json.dumps("é" * 2048 + "x"), "1", "null", "false", "[]", "{}"],
)
def test_description_is_refused_past_its_bounds(catalog, token):
    assert (
        error_of(catalog, with_field("rootfs", "description", token))
        == "/rootfs/0/description: must be a string of up to 4096 bytes of UTF-8"
    )


BOOLEANS = [
    ("shapes", "disabled"),
    ("rootfs", "deprecated"),
    ("rootfs", "default"),
    ("rootfs", "disabled"),
    ("hosts", "disabled"),
]


@pytest.mark.parametrize("list, field", BOOLEANS)
def test_boolean(catalog, list, field):
    for token, value in (("true", True), ("false", False)):
        catalog.import_document(with_field(list, field, token))
        assert stored(catalog, list, field) is value


@pytest.mark.parametrize("list, field", BOOLEANS)
def test_boolean_that_is_absent_is_false(catalog, list, field):
    catalog.import_document(document(**{list: [LEAST[list]]}))
    assert stored(catalog, list, field) is False


@pytest.mark.parametrize("list, field", BOOLEANS)
@pytest.mark.parametrize("token", ["0", "1", '"true"', '""', "null", "[]", "{}"])
def test_boolean_is_nothing_else(catalog, list, field, token):
    assert (
        error_of(catalog, with_field(list, field, token)) == f"/{list}/0/{field}: {BOOLEAN}"
    )


def test_words_that_are_nearly_booleans_are_not_json(catalog):
    for token in ("True", "FALSE", "yes", "tru", "nil"):
        line = error_of(catalog, with_field("shapes", "disabled", token))
        assert line.startswith("line 1, column ")


@pytest.mark.parametrize("status", ["active", "draining", "dead"])
def test_status(catalog, status):
    catalog.import_document(with_field("hosts", "status", json.dumps(status)))
    assert stored(catalog, "hosts", "status") == status


@pytest.mark.parametrize(
    "token",
    ['"Active"', '"DEAD"', '""', '" active"', '"drained"', "0", "null", "true", "[]", "{}"],
)
def test_status_is_nothing_else(catalog, token):
    assert (
        error_of(catalog, with_field("hosts", "status", token))
        == '/hosts/0/status: must be "active", "draining" or "dead"'
    )


def test_absent_optional_fields(catalog):
    catalog.import_document(document(**{list: [entry] for list, entry in LEAST.items()}))
    assert stored(catalog, "shapes", "cpu_quota_pct") is None
    assert stored(catalog, "rootfs", "description") == ""
    assert stored(catalog, "rootfs", "successor") == ""
    assert stored(catalog, "hosts", "rootfses") == []
    assert stored(catalog, "users", "stats") == muster.UserStats()
    assert catalog.api_keys() == []


@pytest.mark.parametrize("count", [0, 1, 256])
def test_rootfses_are_accepted_up_to_their_bound(catalog, count):
    names = [f"r{i}" for i in range(count, 0, -1)]
    catalog.import_document(with_field("hosts", "rootfses", json.dumps(names)))
    assert stored(catalog, "hosts", "rootfses") == names


@pytest.mark.parametrize(
    "token", [json.dumps([f"r{i}" for i in range(257)]), '"node"', "null", "1", "true", "{}"]
)
def test_rootfses_are_refused_past_their_bound(catalog, token):
    assert (
        error_of(catalog, with_field("hosts", "rootfses", token))
        == "/hosts/0/rootfses: must be an array of up to 256 names"
    )


def test_rootfses_do_not_repeat(catalog):
    assert (
        error_of(catalog, with_field("hosts", "rootfses", '["a","b","a"]'))
        == f"/hosts/0/rootfses/2: {REPEAT}"
    )


@pytest.mark.parametrize("list", LEAST)
def test_required_fields(catalog, list):
    for field in LEAST[list]:
        rest = {key: value for key, value in LEAST[list].items() if key != field}
        assert (
            error_of(catalog, document(**{list: [rest]})) == f'/{list}/0: "{field}" is required'
        )


# --- users ---

PARTS = ["running", "paused", "other", "total"]


def stats_error(catalog, **parts):
    return error_of(catalog, with_field("users", "stats", json.dumps(parts)))


@pytest.mark.parametrize("part", PARTS)
def test_part_of_stats_is_accepted_at_its_bounds(catalog, part):
    for value in (0, 2147483647):
        parts = {"total": 2147483647, part: value}
        catalog.import_document(with_field("users", "stats", json.dumps(parts)))
        assert stored(catalog, "users", "stats") == muster.UserStats(**parts)


@pytest.mark.parametrize("part", PARTS)
def test_part_of_stats_is_refused_past_its_bounds(catalog, part):
    for token in ["-1", "2147483648", *NOT_INTEGERS]:
        line = error_of(catalog, with_field("users", "stats", f'{{"{part}":{token}}}'))
        assert line == f"/users/0/stats/{part}: must be an integer from 0 to 2147483647", token


def test_absent_parts_of_stats_are_zero(catalog):
    catalog.import_document(with_field("users", "stats", '{"total":5,"paused":2}'))
    assert stored(catalog, "users", "stats") == muster.UserStats(paused=2, total=5)
    catalog.import_document(with_field("users", "stats", "{}"))
    assert stored(catalog, "users", "stats") == muster.UserStats()


def test_parts_of_stats_may_be_as_many_as_total(catalog):
    catalog.import_document(
        with_field("users", "stats", '{"running":1,"paused":2,"other":3,"total":6}')
    )
    assert stored(catalog, "users", "stats").total == 6


@pytest.mark.parametrize(
    "parts",
    [
        {"running": 1},
        {"running": 1, "paused": 2, "other": 3, "total": 5},
        {"running": 2147483647, "paused": 2147483647, "other": 2147483647, "total": 2147483647},
    ],
)
def test_parts_of_stats_may_not_be_more_than_total(catalog, parts):
    assert (
        stats_error(catalog, **parts)
        == "/users/0/stats: running + paused + other must not be more than total"
    )


@pytest.mark.parametrize("token", ["[]", "null", "0", '"0"', "true"])
def test_stats_are_an_object(catalog, token):
    line = error_of(catalog, with_field("users", "stats", token))
    assert line == "/users/0/stats: must be an object"


GOOD_KEYS = ["x" * 8, "x" * 512, "!\"#$%&'()*+-./:;<=>?@[\\]^_`{|}~", "sk_live_0123"]


@pytest.mark.parametrize("key", GOOD_KEYS)
def test_api_key_is_accepted_up_to_its_bounds(catalog, key):
    catalog.import_document(with_field("users", "api_keys", json.dumps([key])))
    assert catalog.find_user_by_api_key(key) == "u"


@pytest.mark.parametrize(
    "key",
    [
        "",
        "x" * 7,
        "x" * 513,
        "with space",
        " leading0",
        "trailing0 ",
        "with,comma",
        "with\ttab0",
        "with\0nul0",
        "with\x7fdel",
        "with\x80c1x",
        "éééééééé",
    ],
)
def test_api_key_is_refused_past_its_bounds(catalog, key):
    line = error_of(catalog, with_field("users", "api_keys", json.dumps(["xxxxxxxx", key])))
    assert line == (
        "/users/0/api_keys/1: must be a string of 8 to 512 bytes of printable ASCII without "
        "space or comma"
    )


@pytest.mark.parametrize("token", ["12345678", "null", "true", "[]", "{}"])
def test_api_key_is_a_string(catalog, token):
    line = error_of(catalog, with_field("users", "api_keys", f"[{token}]"))
    assert line.startswith("/users/0/api_keys/0: must be a string of 8 to 512 bytes")


@pytest.mark.parametrize("token", ['"sk_live_0123"', "null", "1", "true", "{}"])
def test_api_keys_are_an_array(catalog, token):
    line = error_of(catalog, with_field("users", "api_keys", token))
    assert line == "/users/0/api_keys: must be an array of API keys"


def test_api_key_repeated_for_one_user(catalog):
    line = error_of(catalog, with_field("users", "api_keys", '["sk_one_000","sk_one_000"]'))
    assert line == f"/users/0/api_keys/1: {REPEAT}"


def test_api_key_of_two_users_of_one_document(catalog):
    users = [
        {"id": "a", "api_keys": ["sk_two_000", "sk_one_000"]},
        {"id": "b", "api_keys": ["sk_one_000"]},
    ]
    line = error_of(catalog, document(users=users))
    assert line == "/users/1/api_keys/0: must not be given to more than one user"


def test_errors_carry_no_api_key(catalog):
    secret = "sk_do_not_show_me"
    for users in (
        [{"id": "a", "api_keys": [secret, secret]}],
        [{"id": "a", "api_keys": [secret]}, {"id": "b", "api_keys": [secret]}],
        [{"id": "a", "api_keys": [secret + ","]}],
        [{"id": "a", "api_keys": [secret + "é"]}],
        [{"id": "a", "api_keys": secret}],
        [{"id": "a", "api_keys": {"key": secret}}],
        [{"id": "a", "stats": secret}],
    ):
        assert secret not in error_of(catalog, document(users=users))


# --- one entry and another ---


def test_at_most_one_entry_is_default(catalog):
    entries = [{"name": "a", "default": True}, {"name": "b", "default": False}]
    catalog.import_document(document(rootfs=entries))
    entries += [{"name": "c", "default": True}]
    assert (
        error_of(catalog, document(rootfs=entries))
        == "/rootfs/2/default: must not be true on more than one entry"
    )


@pytest.mark.parametrize("list", LEAST)
def test_an_id_is_not_repeated_in_a_list(catalog, list):
    key = "name" if list == "rootfs" else "id"
    entries = [LEAST[list], {**LEAST[list], key: "other"}, LEAST[list]]
    assert (
        error_of(catalog, document(**{list: entries}))
        == f"/{list}/2/{key}: must not be that of an earlier entry"
    )


def test_lists_may_have_the_same_ids(catalog):
    catalog.import_document(
        document(
            shapes=[{**LEAST["shapes"], "id": "x"}],
            rootfs=[{"name": "x"}],
            hosts=[{**LEAST["hosts"], "id": "x"}],
            users=[{"id": "x"}],
        )
    )
    assert catalog.find_user("x")
