"""Cleartext HTTP/2 by prior knowledge, on the port of HTTP/1.1 (RFC 9113, section 3.3)."""

import re
import shutil
import subprocess

import pytest

from http2 import (GOAWAY, PREFACE, SETTINGS, headers, read_body, read_frame, read_to_the_end,
                   settings)
from test_endpoints import HEALTHZ, METHOD_NOT_ALLOWED, ROOTFS

needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl")


def curl(*arguments):
    """What curl prints: the head of each answer, and its body."""
    done = subprocess.run(["curl", "-sSi", "-m", "30", "--http2-prior-knowledge", *arguments],
                          capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@needs_curl
def test_http_2_gets_the_same_answer(server):
    head, body = curl(server.url + "/v1/rootfs").split(b"\r\n\r\n", 1)
    assert head.startswith(b"HTTP/2 200")
    assert body == ROOTFS
    assert f"content-length: {len(ROOTFS)}".encode() in head


@needs_curl
def test_http_2_knows_head_and_304(server):
    head = curl("--head", server.url + "/v1/rootfs")
    assert f"content-length: {len(ROOTFS)}".encode() in head
    tag = re.search(rb"etag: (\S+)", head)[1].decode()
    answer = curl("-H", f"If-None-Match: {tag}", server.url + "/v1/rootfs")
    assert answer.startswith(b"HTTP/2 304")
    assert answer.endswith(b"\r\n\r\n")


@needs_curl
def test_http_2_drops_the_body_of_a_post(server):
    answer = curl("-d", "x" * 1000, server.url + "/v1/hosts")
    assert answer.startswith(b"HTTP/2 405")
    assert answer.endswith(METHOD_NOT_ALLOWED)


@pytest.mark.skipif(not shutil.which("nghttp"), reason="there is no nghttp")
def test_http_2_answers_many_streams_at_a_time(server):
    targets = [f"{server.url}/v1/rootfs?{i}" for i in range(80)]
    done = subprocess.run(["nghttp", *targets], capture_output=True, timeout=60, check=True)
    assert done.stdout == ROOTFS * len(targets)


def test_the_preface_may_come_in_pieces(start):
    server = start("--threads", "1")
    with server.connect() as connection, server.connect() as other:
        for piece in (PREFACE[:1], PREFACE[1:13], PREFACE[13:20]):
            connection.send(piece)
            connection.wait_until_received()
            # The one thread has read the piece when it has answered others since.
            for _ in range(2):
                assert other.get("/healthz").body == HEALTHZ
        connection.send(PREFACE[20:] + settings())
        assert read_frame(connection)[0] == SETTINGS


def test_half_a_preface_times_out(start):
    with start("--idle-timeout-ms", "200").connect() as connection:
        connection.send(PREFACE[:5])
        assert connection.is_closed()


def test_an_idle_http_2_connection_times_out(start):
    with start("--idle-timeout-ms", "200").connect() as connection:
        connection.send(PREFACE + settings())
        read_to_the_end(connection)


def test_a_stream_without_a_window_times_out(start):
    server = start("--idle-timeout-ms", "300", "--max-connections", "1")
    with server.connect() as connection:
        connection.send(PREFACE + settings((4, 0)) + headers("/v1/rootfs"))
        connection.receive()
        # There is room for one connection at a time.
        assert server.get("/healthz").body == HEALTHZ


def test_a_signal_ends_http_2_with_goaway(start):
    server = start()
    with server.connect() as connection:
        connection.send(PREFACE + settings() + headers("/v1/rootfs"))
        assert read_body(connection) == ROOTFS
        server.signal()
        assert GOAWAY in read_to_the_end(connection)
    assert server.wait() == (0, "")
