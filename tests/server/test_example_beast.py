"""The example of the adapter: Muster beside a program's own route."""

import os
import subprocess

import pytest

from raw_http import Connection
from test_endpoints import HEALTHZ, METHOD_NOT_ALLOWED, ROOTFS

EXAMPLE = os.environ.get("MUSTER_EXAMPLE_BEAST")


@pytest.fixture
def example(db):
    if not EXAMPLE:
        pytest.skip("MUSTER_EXAMPLE_BEAST does not say where the example is")
    with subprocess.Popen([EXAMPLE, db, "0"], stdout=subprocess.PIPE, text=True) as process:
        try:
            port = int(process.stdout.readline().rpartition(" ")[2])
            with Connection(("127.0.0.1", port)) as connection:
                yield connection
        finally:
            process.kill()


def test_muster_and_the_own_route_share_a_connection(example):
    assert example.get("/hello").body == b"Hello from the program's own route.\n"
    assert example.get("/v1/rootfs").body == ROOTFS
    answer = example.get("/v1/rootfs", method="HEAD")
    assert answer.headers["content-length"] == str(len(ROOTFS))
    answer = example.get("/v1/rootfs", f"If-None-Match: {answer.headers['etag']}")
    assert answer.status == 304
    assert example.get("/v1/rootfs", "Content-Length: 0", method="POST").body == METHOD_NOT_ALLOWED
    assert example.get("/other").body == b"Not found.\n"
    assert example.get("/healthz").body == HEALTHZ
