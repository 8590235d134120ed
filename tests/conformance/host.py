"""What a program that has Muster in it answers by itself: see the examples."""

from client import Request, check
from expected import NOT_FOUND as MUSTERS_NOT_FOUND

NOT_FOUND = b"the program's own 404\n"
ROUTE = "/v1/sandboxes"


def post(body=b"", *fields):
    """A request for the program's own route, with a body of known length."""
    return Request(ROUTE, (f"Content-Length: {len(body)}", *fields), method="POST", body=body,
                   is_own=True)


def check_created(answer, size):
    assert (answer.status, answer.body) == (201, f"created from {size} bytes\n".encode())
    check_header(answer)


def check_header(answer):
    assert answer.headers["x-served-by"] == "example", answer


def check_not_found(answer, server, method="GET", outside=False):
    """A 404 of whoever answers there: Muster, or the program. `outside` the mount
    prefix it is the program, if there is one."""
    traits = server.traits
    by_host = traits.own_routes if outside else traits.not_found == "host"
    body = NOT_FOUND if by_host else MUSTERS_NOT_FOUND.body
    sent = b"" if method == "HEAD" else body
    assert (answer.status, answer.body) == (404, sent), answer
    assert answer.headers["content-length"] == str(len(body)), answer
    if by_host:
        check_header(answer)
    elif method != "HEAD":
        check(answer, MUSTERS_NOT_FOUND, server)
