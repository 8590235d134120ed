"""A WSGI and an ASGI server of one request, without a socket."""

import asyncio
import io
from typing import NamedTuple
from urllib.parse import unquote, unquote_to_bytes
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import muster


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


NOT_FOUND = muster.Handler.not_found("GET", "/").body


def environ_of(method, target, headers=(), **more):
    """What gunicorn makes of a request."""
    path, _, query = target.partition("?")
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "RAW_URI": target,
        "wsgi.input": io.BytesIO(),
        **{"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers},
    }
    setup_testing_defaults(environ)
    environ.update(more)
    return {name: value for name, value in environ.items() if value is not None}


def ask_wsgi(application, method="GET", target="/v1/shapes", headers=(), **more):
    """Asks as a server that is strict about PEP 3333 does."""
    started = []

    def start_response(status, headers, exc_info=None):
        started.append((status, headers))
        return lambda data: None

    parts = validator(application)(environ_of(method, target, headers, **more), start_response)
    body = b"".join(parts)
    parts.close()
    [(status, headers)] = started
    return Answer(int(status.split(" ")[0]), dict(headers), body)


def scope_of(method, target, headers=(), **more):
    """What uvicorn makes of a request."""
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
        **more,
    }
    return {name: value for name, value in scope.items() if value is not None}


async def no_body():
    return {"type": "http.request", "body": b"", "more_body": False}


def ask_asgi(application, method="GET", target="/v1/shapes", headers=(), **more):
    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(application(scope_of(method, target, headers, **more), no_body, send))
    start, *parts = sent
    assert start["type"] == "http.response.start"
    assert all(part["type"] == "http.response.body" for part in parts)
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], headers, b"".join(part["body"] for part in parts))


ASKS = {muster.wsgi: ask_wsgi, muster.asgi: ask_asgi}
