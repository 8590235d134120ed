"""Every golden request of data/contract gets its golden answer, over a socket."""

import dataclasses
import json

import golden
import host
import pytest
from client import Request, check_400

GROUPS = {group.name: group for group in golden.load_groups()}
CASES = [
    pytest.param(group.name, case, id=f"{group.name}: {case.name}")
    for group in GROUPS.values() for case in group.cases
]


@pytest.fixture(scope="module")
def servers(start):
    """A server for each group, over its catalog; one at a time, since some take long to
    end, and may do so while the next one is asked."""
    made = {}

    def server_of(group_name):
        if group_name not in made:
            for former in made.values():
                former.tell_to_end()
            made.clear()
            made[group_name] = start(json.loads(GROUPS[group_name].catalog))
        return made[group_name]

    yield server_of


def as_the_host_has_it(case, server):
    """The case, where it is the host that says 404."""
    if case.status != 404 or server.traits.not_found == "muster":
        return case
    body = b"" if case.method == "HEAD" else host.NOT_FOUND
    return dataclasses.replace(case, body=body, expected_headers={
        "Content-Length": str(len(host.NOT_FOUND)), "X-Served-By": "example"})


@pytest.mark.parametrize("group_name, case", CASES)
def test_answer_is_golden(servers, group_name, case):
    server = servers(group_name)
    names = [name.lower() for name, _ in case.headers]
    if names.count("if-none-match") > 1 and server.has("no-repeated-fields"):
        check_400(server, case.target, *(f"{name}: x" for name in names))
        return

    def send(method, target, headers):
        if method == "POST":  # without a body; test_routing.py has the POST without a length
            headers = [*headers, ("Content-Length", "0")]
        fields = [f"{name}: {value}".encode().decode("latin-1") for name, value in headers]
        return server.ask(Request(target, tuple(fields), method=method))

    golden.check(as_the_host_has_it(case, server), send)
