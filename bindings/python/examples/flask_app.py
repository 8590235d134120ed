"""Flask, with Muster below a prefix:

    MUSTER_DB=var/db gunicorn --config bindings/python/examples/gunicorn.conf.py flask_app:app
"""

import os
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware

import muster

app = flask.Flask(__name__)


@app.post("/v1/sandboxes")
def create() -> tuple[str, int]:
    return f"created from {len(flask.request.get_data())} bytes\n", 201


@app.errorhandler(404)
def not_found(error: Exception) -> tuple[str, int]:
    return "the program's own 404\n", 404


with_muster = muster.wsgi(os.environ["MUSTER_DB"])
mounted = DispatcherMiddleware(app.wsgi_app, {"/api": with_muster})


def with_header(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        headers.append(("X-Served-By", "example"))  # The program's own, on each answer.
        return start_response(status, headers, exc_info)

    return mounted(environ, start)


app.wsgi_app = with_header  # type: ignore[assignment]
