"""The example of the adapter: Muster beside a program's own route."""

import os
import socket
import subprocess

import pytest

from raw_http import Connection, request
from test_endpoints import HEALTHZ, METHOD_NOT_ALLOWED, ROOTFS

EXAMPLE = os.environ.get("MUSTER_EXAMPLE_BEAST")


@pytest.fixture
def example(db):
    if not EXAMPLE:
        pytest.skip("MUSTER_EXAMPLE_BEAST does not say where the example is")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen([EXAMPLE, db, str(port)], stdout=subprocess.PIPE, text=True) as process:
        try:
            process.stdout.readline()
            with Connection(("127.0.0.1", port)) as connection:
                yield connection
        finally:
            process.kill()


def test_muster_and_the_own_route_share_a_connection(example):
    example.send(request("/v1/sandboxes", "Content-Length: 2", method="POST", body=b"{}"))
    answer = example.read()
    assert (answer.status, answer.body) == (201, b"created from 2 bytes\n")
    assert answer.headers["x-served-by"] == "example"
    assert example.get("/v1/rootfs").body == ROOTFS
    answer = example.get("/v1/rootfs", method="HEAD")
    assert answer.headers["content-length"] == str(len(ROOTFS))
    answer = example.get("/v1/rootfs", f"If-None-Match: {answer.headers['etag']}")
    assert answer.status == 304
    assert example.get("/v1/rootfs", "Content-Length: 0", method="POST").body == METHOD_NOT_ALLOWED
    assert example.get("/other").body == b"the program's own 404\n"
    assert example.get("/healthz").body == HEALTHZ
