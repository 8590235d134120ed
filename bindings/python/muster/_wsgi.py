"""muster.wsgi(): the HTTP API as an application for WSGI servers (PEP 3333)."""

from ._mount import Mount
from ._muster import Handler
from ._target import target_below


def wsgi(catalog, *, next=None, user_id=None, **options):
    """The HTTP API as a WSGI application.

    catalog is a Catalog, the path of a store, or a function that opens one; the
    latter two are opened when the first request needs it, in each process its own, so
    that servers may fork after they have loaded the application. While that goes
    wrong, the answers are those of Handler.without_catalog(): 503 for what needs the
    store. It is logged to "muster" and tried again, about once a second. open() of the
    application opens it at once, or raises: in gunicorn's hook post_worker_init, say.

    next is the application to go on with where a path is not one of ours; without
    one the answer is 404. user_id(environ) gives the user whom the program has
    authenticated by itself, "" for nobody, or None to look at the request's API
    key. The options are those of Catalog.handler(). Below a prefix that a framework
    or server has taken off (SCRIPT_NAME) no mount_prefix is needed.

    WSGI has decoded paths. Where the server gives RAW_URI or REQUEST_URI beside
    them, paths are compared as they were sent; elsewhere "/v1/%73hapes" is answered
    as "/v1/shapes". An underscore in a header's name counts as a hyphen. A body that
    comes with a request is left to the server, to be read or refused.
    """
    return Application(Mount(catalog, options), next, user_id)


class Application:
    def __init__(self, mount, next, user_id):
        self._mount = mount
        self._next = next
        self._user_id = user_id

    def open(self):
        """Opens the store now, where it is not open in this process; raises what went
        wrong. For servers that tell a program when a worker starts."""
        self._mount.open()

    def __call__(self, environ, start_response):
        method = environ["REQUEST_METHOD"]
        target = _target(environ)
        headers = [
            (name[5:].replace("_", "-"), value)
            for name, value in environ.items()
            if name.startswith("HTTP_")
        ]
        user_id = self._user_id(environ) if self._user_id is not None else None
        response = self._mount.handle(method, target, headers, user_id)
        if response is None:
            if self._next is not None:
                return self._next(environ, start_response)
            response = Handler.not_found(method, target, headers)
        start_response(f"{response.status} {response.reason}", list(response.headers.items()))
        return [response.body]


def _target(environ):
    raw = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    return target_below(
        _bytes(environ.get("SCRIPT_NAME", "")),
        _bytes(environ.get("PATH_INFO", "")),
        _bytes(raw) if raw else None,
        _bytes(environ.get("QUERY_STRING", "")),
    )


def _bytes(text):
    # PEP 3333 has bytes as the characters of Latin-1; some servers have others.
    return text.encode("latin-1", "replace")
