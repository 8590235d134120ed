"""Starlette, with Muster below a prefix:

    MUSTER_DB=var/db uvicorn --app-dir bindings/python/examples starlette_app:app

FastAPI is the same: app.mount("/api", muster.asgi(store)).
"""

import os
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

import muster


async def create(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"created from {len(await request.body())} bytes\n", 201)


async def not_found(request: Request, error: Exception) -> PlainTextResponse:
    return PlainTextResponse("the program's own 404\n", 404)


class ServedBy:
    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def send_with_header(message: Any) -> None:
            if message["type"] == "http.response.start":  # The program's own, on each answer.
                message["headers"].append((b"x-served-by", b"example"))
            await send(message)

        await self.app(scope, receive, send_with_header)


app = Starlette(
    routes=[
        Route("/v1/sandboxes", create, methods=["POST"]),
        Mount("/api", muster.asgi(os.environ["MUSTER_DB"])),
    ],
    middleware=[Middleware(ServedBy)],
    exception_handlers={404: not_found},
)
