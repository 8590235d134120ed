"""muster.Response: one copy of the body, or none."""

import ctypes
import gc
import socket

import muster
import pytest
from wire import API_KEY, change, etag, get, host, put, put_user


@pytest.fixture
def answer(catalog):
    put(catalog, *(host(f"h{i:04d}", rootfses=["x" * 255]) for i in range(500)))
    return get(catalog, "/v1/hosts?limit=500")


def test_headers_come_in_order_with_the_length_last(answer):
    assert list(answer.headers) == ["Content-Type", "Cache-Control", "ETag", "Content-Length"]
    assert answer.headers["Content-Length"] == str(len(answer.body))


def test_headers_are_the_same_dict_each_time(answer):
    answer.headers["X-Served-By"] = "example"
    assert answer.headers["X-Served-By"] == "example"


def test_the_reason_goes_with_the_status(catalog, answer):
    assert (answer.status, answer.reason) == (200, "OK")
    refused = get(catalog, "/v1/whoami")
    assert (refused.status, refused.reason) == (401, "Unauthorized")


def test_a_body_is_put_together_from_all_its_parts(answer):
    assert answer.body.count(b'"id":') == 500
    assert answer.body.endswith(
        b'"pagination":{"total":500,"limit":500,"offset":0,"count":500}}}'
    )


def test_a_body_is_copied_once(answer):
    assert answer.body is answer.body


def test_spans_are_the_body_in_parts(answer):
    assert len(answer.spans) > 1
    assert b"".join(answer.spans) == answer.body


def test_spans_are_bytes_that_cannot_be_written(answer):
    for span in answer.spans:
        assert (type(span), span.readonly, span.format, span.itemsize, span.ndim) == (
            memoryview,
            True,
            "B",
            1,
            1,
        )
        assert span.contiguous
        with pytest.raises(TypeError):
            span[0] = 0


class Buffer(ctypes.Structure):
    """The beginning of a Py_buffer, and room for the rest of it."""

    _fields_ = [("address", ctypes.c_void_p), ("rest", ctypes.c_byte * 256)]


def address(span):
    buffer = Buffer()
    ctypes.pythonapi.PyObject_GetBuffer(ctypes.py_object(span), ctypes.byref(buffer), 0)
    ctypes.pythonapi.PyBuffer_Release(ctypes.byref(buffer))
    return buffer.address


def test_spans_of_two_answers_are_the_same_memory(catalog, answer):
    again = get(catalog, "/v1/hosts?limit=500")
    longest = max(range(len(answer.spans)), key=lambda i: len(answer.spans[i]))
    assert address(answer.spans[longest]) == address(again.spans[longest])


def test_spans_outlive_the_answer_the_version_and_the_catalog():
    catalog = muster.Catalog.in_memory()
    put(catalog, *(host(f"h{i:04d}") for i in range(100)))
    response = get(catalog, "/v1/hosts?limit=100")
    body, spans = response.body, response.spans
    for i in range(100):
        change(catalog, "delete_host", f"h{i:04d}")
    catalog.close()
    del catalog, response
    gc.collect()
    put(muster.Catalog.in_memory(), *(host(f"g{i:04d}") for i in range(100)))
    assert b"".join(spans) == body


def test_spans_leave_by_one_system_call(answer):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        sent = ours.sendmsg(answer.spans)
        ours.close()
        received = b"".join(iter(lambda: theirs.recv(1 << 16), b""))
    assert received == answer.body[:sent]
    assert sent > 0


def test_there_are_no_spans_where_there_is_no_body(catalog):
    assert catalog.handle("HEAD", "/v1/hosts").spans == ()
    assert get(catalog, "/v1/hosts", {"If-None-Match": etag(catalog, "/v1/hosts")}).spans == ()


def test_answers_are_equal_where_all_that_is_sent_is(catalog):
    assert get(catalog, "/v1/hosts") == get(catalog, "/v1/hosts")
    assert get(catalog, "/v1/hosts") != get(catalog, "/v1/hosts?limit=1")
    assert get(catalog, "/v1/hosts") != catalog.handle("HEAD", "/v1/hosts")
    assert get(catalog, "/v1/hosts") != 200


def test_an_answer_shows_no_body_in_its_repr(catalog):
    put_user(catalog)
    response = get(catalog, "/v1/whoami", {"X-Api-Key": API_KEY})
    assert "usr_01K" not in repr(response)
    assert "status=200" in repr(response)
