"""Catalogs in a forked child of the process that opened them."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import muster
import pytest
from wire import get, host, put


@pytest.fixture(params=["memory", "directory"])
def any_catalog(request, tmp_path):
    if request.param == "memory":
        catalog = muster.Catalog.in_memory()
    else:
        catalog = muster.Catalog.open(tmp_path / "db")
    with catalog:
        put(catalog, host("h"))
        yield catalog


def in_a_child(call):
    """Whether `call()` gave True in a forked process, which must not hang."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if call() else 1)
        finally:
            os._exit(2)
    timer = threading.Timer(60, os.kill, (child, 9))
    timer.start()
    _, status = os.waitpid(child, 0)
    timer.cancel()
    return os.waitstatus_to_exitcode(status) == 0


def is_refused(call):
    try:
        call()
    except muster.FailedPrecondition as error:
        return "opened before a fork" in str(error)
    return False


def is_of_no_use(catalog):
    """Calls that need the store are refused, also when it is closed; the others are not."""
    with catalog:
        refused = [is_refused(catalog.catch_up), is_refused(lambda: put(catalog, host("x")))]
        assert get(catalog, "/healthz").status == 200
        assert catalog.snapshot().find_host("h")
    return all(refused) and is_refused(catalog.flush)


def test_a_child_is_refused_and_the_parent_goes_on(any_catalog):
    assert in_a_child(lambda: is_of_no_use(any_catalog))
    put(any_catalog, host("i"))
    assert any_catalog.snapshot().find_host("i")


def test_a_child_waits_for_no_call_that_another_thread_had_under_way(any_catalog):
    entered, leave = threading.Event(), threading.Event()

    def check():
        entered.set()
        leave.wait()

    handler = any_catalog.handler(readiness_check=check)
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(handler.handle, "GET", "/readyz")
        entered.wait()
        try:
            assert in_a_child(lambda: is_of_no_use(any_catalog))
        finally:
            leave.set()
        assert asking.result().status == 200


def test_a_child_waits_for_no_close_that_another_thread_had_begun(any_catalog):
    entered, leave = threading.Event(), threading.Event()

    def check():
        entered.set()
        leave.wait()

    handler = any_catalog.handler(readiness_check=check)
    with ThreadPoolExecutor(2) as pool:
        asking = pool.submit(handler.handle, "GET", "/readyz")
        entered.wait()
        closing = pool.submit(any_catalog.close)
        try:
            for _ in range(20):  # before close() and while it waits
                assert in_a_child(lambda: is_of_no_use(any_catalog))
        finally:
            leave.set()
        asking.result()
        closing.result()


def test_forks_while_other_threads_call(any_catalog):
    """One of them may be between any two instructions."""
    done = threading.Event()

    def ask(_):
        while not done.is_set():
            assert get(any_catalog, "/v1/hosts").status == 200

    with ThreadPoolExecutor(3) as pool:
        asking = pool.map(ask, range(3))
        try:
            assert all(in_a_child(lambda: is_of_no_use(any_catalog)) for _ in range(30))
        finally:
            done.set()
        list(asking)


def test_a_fork_within_a_call(any_catalog):
    """The child comes out of a call that was counted in the parent."""
    parent = os.getpid()

    def check():
        assert in_a_child(lambda: is_refused(any_catalog.catch_up))
        if os.fork() == 0:
            return False
        assert os.wait()[1] == 0
        return True

    good = False
    try:
        response = any_catalog.handler(readiness_check=check).handle("GET", "/readyz")
        if os.getpid() == parent:
            assert response.status == 200
        else:
            good = response.status == 503 and is_of_no_use(any_catalog)
    finally:
        if os.getpid() != parent:
            os._exit(0 if good else 1)
