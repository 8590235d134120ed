"""muster.asgi(): the HTTP API as an application for ASGI servers."""

from ._mount import Mount
from ._muster import Handler
from ._target import path_of, target_below


def asgi(catalog, *, next=None, user_id=None, **options):
    """The HTTP API as an ASGI 3 application.

    catalog is a Catalog, the path of a store, or a function that opens one; the
    latter two are opened when the server starts its lifespan, which fails where that
    does, or else when the first request needs it, in each process its own. While it
    cannot be opened, the answers are those of Handler.without_catalog(): 503 for what
    needs the store. It is logged to "muster" and tried again, about once a second.

    next is the application to go on with where a path is not one of ours, and for
    whatever is not HTTP; without one the answer is 404, and WebSockets are refused.
    user_id(scope) gives the user whom the program has authenticated by itself, ""
    for nobody, or None to look at the request's API key. The options are those of
    Catalog.handler(). Below a prefix that a framework or server has taken off
    (root_path) no mount_prefix is needed.

    Answers are made in the event loop's own thread: that takes microseconds, and less
    than handing them to another. Only a user who is not remembered is read from disk.
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

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
        elif self._next is not None:
            await self._next(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close"})  # Before it is accepted: 403.
        else:
            raise ValueError(f"muster.asgi() answers http, not {scope['type']}")

    async def _http(self, scope, receive, send):
        method, headers = scope["method"], scope["headers"]
        target = _target(scope)
        user_id = self._user_id(scope) if self._user_id is not None else None
        response = self._mount.handle(method, target, headers, user_id)
        if response is None:
            if self._next is not None:
                await self._next(scope, receive, send)
                return
            response = Handler.not_found(method, target, headers)
        fields = [
            (name.lower().encode(), value.encode()) for name, value in response.headers.items()
        ]
        await send(
            {"type": "http.response.start", "status": response.status, "headers": fields}
        )
        await send({"type": "http.response.body", "body": response.body})

    async def _lifespan(self, scope, receive, send):
        try:
            self._mount.open()
        except Exception as error:
            await receive()
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        try:
            if self._next is not None:
                await self._next(scope, receive, send)
                return
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
        finally:
            self._mount.let_go()
        await send({"type": "lifespan.shutdown.complete"})


def _target(scope):
    path, raw = _bytes(scope["path"]), scope.get("raw_path")
    prefix = _bytes(scope.get("root_path", "").rstrip("/"))
    if prefix:
        path = _path_below(scope, prefix, path, raw)
    return target_below(prefix, path, raw, scope.get("query_string", b""))


def _path_below(scope, prefix, path, raw):
    # Servers and frameworks do not agree on whether path has the prefix in it. Where
    # it has, it is the whole of what was asked for. What a proxy has taken off may
    # stand in the prefix all the same; Starlette names it.
    if not _is_below(prefix, path):
        prefix = prefix.removeprefix(_bytes(scope.get("app_root_path", "").rstrip("/")))
    if _is_below(prefix, path) and (raw is None or path_of(raw) == path):
        return path[len(prefix) :]
    return path


def _is_below(prefix, path):
    return (path + b"/").startswith(prefix + b"/")


def _bytes(text):
    return text.encode("utf-8", "replace")
