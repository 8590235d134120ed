"""Servers over loopback: what is asked, what must come, and what a run is made into.
No server runs here."""

import json

import pytest
from check import check_constant, check_fields, check_pages
from conftest import BENCH
from measure import compare, measured
from servers import ServerFault, groups, make_servers, nginx_configuration
from site_data import LIMIT, Site, mean_page, page

ROWS = [b'{"id":"%d","vm_count":%d}' % (i, 10 ** (i % 7)) for i in range(200)]
FIELDS = {
    "content-type": "application/json", "cache-control": "no-cache", "etag": '"abc"',
    "content-length": "2",
}


@pytest.fixture
def site(tmp_path):
    made = Site(tmp_path)
    made.take(ROWS)
    return made


def answers_of(site, count=3):
    """What a server that is right answers to the first few."""
    bodies = [site.expected(offset) for offset in site.offsets[:count]]
    return [(200, {**FIELDS, "content-length": str(len(body))}, body) for body in bodies]


def test_a_page_is_the_answer_of_the_contract():
    document = json.loads(page(ROWS, 7))
    assert document["status"] == "success"
    assert document["data"]["data"][0]["id"] == "7"
    assert document["data"]["pagination"] == {
        "total": 200, "limit": LIMIT, "offset": 7, "count": LIMIT
    }
    assert b" " not in page(ROWS, 7)


def test_the_constant_has_the_mean_length_of_what_is_asked_for():
    offsets = [0, 1, 2, 150]
    lengths = [len(page(ROWS, offset)) for offset in offsets]
    chosen = mean_page(ROWS, offsets)
    assert chosen in [page(ROWS, offset) for offset in offsets]
    mean = sum(lengths) / len(lengths)
    assert abs(len(chosen) - mean) == min(abs(length - mean) for length in lengths)


def test_every_run_asks_for_the_same_pages_which_are_all_whole(tmp_path):
    asked = []
    for name in ("one", "two"):
        site = Site(tmp_path / name)
        site.take(ROWS)
        asked.append(site.targets.read_text())
        assert max(site.offsets) <= len(ROWS) - LIMIT
    assert asked[0] == asked[1]
    assert asked[0].startswith("/v1/hosts?limit=50&offset=")


def test_right_answers_pass(site):
    check_pages("beast", site, answers_of(site))


def test_a_page_of_another_offset_is_noticed(site):
    answers = answers_of(site)
    answers[0], answers[1] = answers[1], answers[0]
    with pytest.raises(ServerFault, match="^beast: /v1/hosts.* another answer"):
        check_pages("beast", site, answers)


def test_a_wrong_length_is_noticed(site):
    status, fields, body = answers_of(site)[0]
    with pytest.raises(ServerFault, match="Content-Length is 1$"):
        check_pages("beast", site, [(status, {**fields, "content-length": "1"}, body)])


@pytest.mark.parametrize("answer", [(200, FIELDS, b"no"), (404, FIELDS, b"ok")])
def test_a_constant_that_is_another_is_noticed(answer):
    check_constant("beast_constant", b"ok", [(200, FIELDS, b"ok")])
    with pytest.raises(ServerFault, match="^beast_constant: "):
        check_constant("beast_constant", b"ok", [answer])


def test_ours_may_have_more_fields_than_the_constant_and_not_fewer():
    more = {**FIELDS, "accept-ranges": "none"}
    check_fields("beast", more, FIELDS)
    with pytest.raises(ServerFault, match="accept-ranges"):
        check_fields("beast", FIELDS, more)


@pytest.mark.parametrize("field, value", [
    ("etag", '"abcdefghi"'), ("cache-control", "no-store"), ("content-type", "text/html"),
])
def test_a_constant_with_other_fields_is_noticed(field, value):
    with pytest.raises(ServerFault, match=field):
        check_fields("beast", FIELDS, {**FIELDS, field: value})


def test_a_run_of_wrk_is_made_into_numbers_a_request():
    said = {"requests": 1000, "duration_us": 2000000, "bytes": 5000, "p99_us": 70, "errors": 0}
    run = measured("beast", said, cpu_ns=10**9)
    assert (run["run_name"], run["per_s"], run["p99_us"]) == ("http/server:beast", 500, 70)
    assert (run["cpu_time"], run["time_unit"], run["busy"], run["bytes"]) == (10**6, "ns", 0.5, 5)


@pytest.mark.parametrize("requests, errors", [(1000, 1), (0, 0)])
def test_a_run_with_errors_or_without_answers_counts_for_nothing(requests, errors):
    said = {"requests": requests, "duration_us": 1, "bytes": 1, "p99_us": 1, "errors": errors}
    with pytest.raises(ServerFault, match=f"{errors} errors in {requests} requests"):
        measured("beast", said, 1)


def test_ratios_are_ours_over_the_other():
    ours = {"per_s": 90, "cpu_time": 11, "p99_us": 3}
    compare(ours, {"per_s": 100, "cpu_time": 10, "p99_us": 2})
    assert (ours["over_peer"], ours["cpu_over_peer"], ours["p99_over_peer"]) == (0.9, 1.1, 1.5)


def test_servers_are_those_whose_programs_are_there(tmp_path):
    (tmp_path / "bench_http_beast").touch()
    servers = make_servers(tmp_path, Site(tmp_path), core=0)
    assert sorted(servers) == ["beast", "beast_constant", "nginx", "nginx_sendfile", "serve"]
    assert groups(servers) == [
        ("beast", "beast_constant"), ("serve", "nginx", "nginx_sendfile")
    ]


def test_nothing_of_the_configuration_of_nginx_is_left_open():
    text = (BENCH / "http" / "nginx.conf").read_text()
    assert "@" in text
    text = nginx_configuration(text, 8081, "/srv/page.json")
    directives = [line for line in text.splitlines() if not line.startswith("#")]
    assert "@" not in "".join(directives)
    assert "    listen 127.0.0.1:8081 backlog=1024;" in directives
    assert "      alias /srv/page.json;" in directives
