"""Bodies that end where it is not clear (RFC 9112, section 6.3), or that nobody wanted:
no part of them is a request that somebody has sent."""

import pytest
from client import Request
from raw_http import request

SECONDS_TO_WAIT = 1  # for more than there is, as a server may for ever
HIDDEN = request("/readyz")  # in a body, where it must never be answered
LAST = request("/healthz", "Connection: close")
LENGTH = f"Content-Length: {len(HIDDEN)}"

UNCLEAR = {
    "nothing and a length": ("Content-Length: 0", LENGTH),
    "a length and nothing": (LENGTH, "Content-Length: 0"),
    "a list of lengths": (f"Content-Length: 0, {len(HIDDEN)}",),
    "not decimal": (f"Content-Length: {len(HIDDEN):#x}",),
    "signed": (f"Content-Length: +{len(HIDDEN)}",),
    "no coding that there is": ("Transfer-Encoding: xchunked",),
    "no coding that there is, and a length": ("Transfer-Encoding: xchunked", LENGTH),
    "a space before the colon": (f"Content-Length : {len(HIDDEN)}",),
    "a coding with a space before the colon": ("Transfer-Encoding : chunked",),
}


# What lets a server take the body for a request.
WORDS = {
    "nothing and a length": "first-length",
    "a space before the colon": "space-before-colon",
    "a coding with a space before the colon": "space-before-colon",
}


def is_hidden_answered(server, asked):
    """Whether what comes behind a request is answered, where that is its body."""
    with server.connect(timeout=SECONDS_TO_WAIT) as client:
        client.ask(asked)
        client.has_bytes(seconds=0.1)  # some answer without the body
        try:
            client.send(HIDDEN)
            client.send(LAST)
            while True:
                client.receive()
        except (EOFError, ConnectionError, TimeoutError):
            return b'"ready"' in client.buffer


@pytest.mark.parametrize("target", ["/v1/hosts", "/v1/nothing"])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", UNCLEAR)
def test_no_part_of_a_body_of_unclear_length_is_answered(server, name, method, target):
    """What is read and answered of it is the server's choice, as long as it is not this."""
    is_answered = is_hidden_answered(server, Request(target, UNCLEAR[name], method=method))
    if not server.has(WORDS.get(name)):
        assert not is_answered
    elif (method, target) == ("GET", "/v1/hosts"):
        assert is_answered, f"{WORDS[name]} is not needed"


@pytest.mark.parametrize("method", ["GET", "POST", "BREW"])
@pytest.mark.parametrize("target, fields", [
    ("/v1/hosts?a?b", ()),
    ("/v1/hosts?" + "a" * 9000, ()),
    ("/v1/hosts", ("Range: bytes=x",)),
    ("/v1/nothing", ("Range: bytes=x",)),
    ("/v1/hosts", ("no field",)),
], ids=["two question marks", "9 kB", "a range", "a range of nothing", "a line that is no field"])
def test_the_body_of_what_is_refused_is_not_the_next_request(server, method, target, fields):
    """A framework may refuse these by itself."""
    asked = Request(target, (*fields, LENGTH), method=method)
    assert not is_hidden_answered(server, asked)
