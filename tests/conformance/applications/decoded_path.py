"""bindings/python/examples/wsgi.py as behind a server that gives the decoded path alone."""

from collections.abc import Iterable

import wsgi

with_muster = wsgi.with_muster  # for gunicorn.conf.py


def application(environ, start_response) -> Iterable[bytes]:
    del environ["RAW_URI"]
    return wsgi.application(environ, start_response)
