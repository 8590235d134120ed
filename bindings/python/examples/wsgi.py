"""A WSGI application with a route of its own, and Muster beside it:

    MUSTER_DB=var/db gunicorn --config bindings/python/examples/gunicorn.conf.py wsgi:application

gunicorn loads it once and forks then; each worker opens the store for itself, when
it starts: see gunicorn.conf.py.
"""

import os
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import muster


def own(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The program's own routes."""
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    status, text = "404 Not Found", b"the program's own 404\n"
    if (method, path) == ("POST", "/v1/sandboxes"):
        body = environ["wsgi.input"].read()
        status, text = "201 Created", b"created from %d bytes\n" % len(body)
    start_response(status, [("Content-Length", str(len(text)))])
    return [] if method == "HEAD" else [text]


with_muster = muster.wsgi(os.environ["MUSTER_DB"], next=own)


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        headers.append(("X-Served-By", "example"))  # The program's own, on each answer.
        return start_response(status, headers, exc_info)

    return with_muster(environ, start)
