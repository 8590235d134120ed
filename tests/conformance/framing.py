"""Sending what the other side may refuse, and what may come of it."""

import host
from client import Request, check, without_body
from expected import BAD_LIMIT, METHOD_NOT_ALLOWED, NOT_MODIFIED
from raw_http import request

HIDDEN = request("/readyz")  # in a body, where it must never be answered


def wake(client, server):
    """Where what was sent in one piece with the request before waits for more to come,
    lets it come."""
    if server.has("late-pipelining") and not client.is_woken:
        assert not client.has_bytes(seconds=0.2), "late-pipelining is not needed"
        client.ask(Request("/healthz"))
        client.is_woken = True


def send_until_closed(client, data):
    """Sends; the other side may have closed the connection by then."""
    try:
        client.send(data)
    except ConnectionError:
        pass


def check_refused(client, server, target, method="POST"):
    check_refused_only(client, server, target, method)
    client.check_goes_on_or_ended()


def check_refused_only(client, server, target, method="POST"):
    answer = client.answer()
    if target == "/v1/nothing":
        if answer.status == 404 or server.traits.not_found == "muster":
            host.check_not_found(answer, server, method)
        assert 400 <= answer.status < 500  # what a host does with a body is its own
    else:
        check(answer, METHOD_NOT_ALLOWED, server)


def check_answer_or_refusal(client, server, catalog, asked):
    """GET and HEAD have their answer in spite of a body."""
    if asked.target == "/v1/nothing" or asked.method not in ("GET", "HEAD"):
        return check_refused(client, server, asked.target, asked.method)
    expected = answer_to(asked, catalog)
    check(client.answer(), without_body(expected) if asked.method == "HEAD" else expected, server)
    return client.check_goes_on_or_ended()


def answer_to(asked, catalog):
    if any(field.startswith("If-None-Match:") for field in asked.fields):
        return NOT_MODIFIED
    return BAD_LIMIT if asked.target.endswith("?limit=0") else catalog.get(asked.target)
