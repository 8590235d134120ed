"""An ASGI application with a route of its own, and Muster beside it:

    MUSTER_DB=var/db uvicorn --app-dir bindings/python/examples asgi:application
"""

import os
from typing import Any

import muster


async def own(scope: Any, receive: Any, send: Any) -> None:
    """The program's own routes."""
    if scope["type"] != "http":
        raise NotImplementedError(scope["type"])
    status, text = 404, b"the program's own 404\n"
    if (scope["method"], scope["path"]) == ("POST", "/v1/sandboxes"):
        size, more = 0, True
        while more:
            message = await receive()
            size += len(message.get("body", b""))
            more = message.get("more_body", False)
        status, text = 201, b"created from %d bytes\n" % size
    headers = [(b"content-length", b"%d" % len(text))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})


with_muster = muster.asgi(os.environ["MUSTER_DB"], next=own)


async def application(scope: Any, receive: Any, send: Any) -> None:
    async def send_with_header(message: Any) -> None:
        if message["type"] == "http.response.start":  # The program's own, on each answer.
            message["headers"].append((b"x-served-by", b"example"))
        await send(message)

    await with_muster(scope, receive, send_with_header)
