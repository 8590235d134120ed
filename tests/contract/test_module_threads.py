"""Calls from several threads: nothing waits with the GIL, nothing crashes."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import muster
import pytest
from wire import API_KEY, get, host, ids, put, put_user, rootfs


def together(count, work):
    """Runs work(i) in threads that start at once; raises what one of them raised."""
    start = threading.Barrier(count)

    def one(i):
        start.wait()
        return work(i)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.fixture(params=["memory", "directory"])
def any_catalog(request, tmp_path):
    if request.param == "memory":
        catalog = muster.Catalog.in_memory()
    else:
        catalog = muster.Catalog.open(tmp_path / "db")
    with catalog:
        yield catalog


def test_many_writers(any_catalog):
    def write(i):
        for j in range(20):
            put(any_catalog, host(f"h-{i}-{j:02d}"))

    together(4, write)
    assert len(ids(any_catalog, "/v1/hosts?limit=500")) == 80
    assert any_catalog.snapshot().version == 80


def test_what_was_applied_is_visible_at_once(any_catalog):
    def write(i):
        for j in range(20):
            put(any_catalog, host(f"h-{i}", vm_count=j))
            assert any_catalog.snapshot().find_host(f"h-{i}").vm_count == j

    together(4, write)


def test_readers_see_whole_batches(any_catalog):
    done = threading.Event()

    def write():
        for i in range(100):
            put(any_catalog, host("a", vm_count=i), host("b", vm_count=i), rootfs(f"r{i}"))
        done.set()

    def read(_):
        while not done.is_set():
            items = any_catalog.snapshot().hosts().items
            assert len({item.vm_count for item in items}) <= 1
            assert get(any_catalog, "/v1/hosts").status == 200

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        together(3, read)
        writing.result()


def test_close_while_others_call(any_catalog):
    put_user(any_catalog)
    calls = [
        lambda: put(any_catalog, host("h")),
        lambda: any_catalog.snapshot().hosts(),
        lambda: get(any_catalog, "/v1/whoami", {"X-Api-Key": API_KEY}),
        lambda: any_catalog.export_document(),
        lambda: any_catalog.catch_up(),
        lambda: any_catalog.api_keys(),
        lambda: get(any_catalog, "/readyz"),
    ]

    def call(i):
        if i == len(calls):
            any_catalog.close()
            return
        try:
            for _ in range(100):
                calls[i]()
        except muster.FailedPrecondition as error:
            assert "closed" in str(error)

    together(len(calls) + 1, call)
    with pytest.raises(muster.FailedPrecondition):
        any_catalog.catch_up()


def test_close_waits_for_a_call_that_needs_the_gil(catalog):
    entered, leave = threading.Event(), threading.Event()

    def check():
        entered.set()
        leave.wait()
        return get(catalog, "/healthz").status == 200

    handler = catalog.handler(readiness_check=check)
    with ThreadPoolExecutor(2) as pool:
        asking = pool.submit(handler.handle, "GET", "/readyz")
        entered.wait()
        closing = pool.submit(catalog.close)
        assert not closing.done()
        leave.set()
        assert asking.result().status == 200
        closing.result()
    assert get(catalog, "/readyz").status == 503


def test_close_from_several_threads(any_catalog):
    together(4, lambda _: any_catalog.close())


def test_one_batch_applied_by_several_threads(any_catalog):
    batch = muster.WriteBatch()
    batch.put_host(host("h"))
    together(4, lambda _: any_catalog.apply(batch))
    assert any_catalog.snapshot().version == 1


@pytest.fixture
def turns_are_given():
    """A thread runs until it lets go of the GIL: nobody takes it away."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(60)
    yield
    sys.setswitchinterval(interval)


def large_batch():
    """A batch that takes a while to apply."""
    batch = muster.WriteBatch()
    for i in range(20000):
        batch.put_host(host(f"h{i:06d}"))
    return batch


def test_a_batch_refuses_changes_while_it_is_applied(turns_are_given):
    def refused_once():
        batch = large_batch()
        about_to_apply = threading.Event()

        def apply():
            about_to_apply.set()
            catalog.apply(batch)

        with ThreadPoolExecutor(1) as pool:
            applying = pool.submit(apply)
            about_to_apply.wait()
            try:
                batch.put_host(host("late"))
                refused = False  # it came after apply() had returned
            except muster.FailedPrecondition as error:
                refused = "being applied" in str(error)
            applying.result()
        batch.put_host(host("later"))
        return refused

    with muster.Catalog.in_memory() as catalog:
        assert any(refused_once() for _ in range(20))


READ_ALONE = b'{"hosts":[' + b",".join(
    b'{"id":"h%06d","status":"active","free_mib":1,"vm_count":0}' % i for i in range(20000)
)  # without its end, so that nothing is applied


@pytest.mark.parametrize("work", ["read", "apply", "export"])
def test_other_threads_run_while_the_engine_works(catalog, turns_are_given, work):
    batch = large_batch()
    if work == "export":
        catalog.apply(batch)
    works = {
        "read": lambda: pytest.raises(
            muster.InvalidArgument, catalog.import_document, READ_ALONE
        ),
        "apply": lambda: catalog.apply(batch),
        "export": lambda: catalog.export_document(),
    }
    begun, ended = threading.Event(), threading.Event()

    def run():
        begun.set()
        works[work]()
        ended.set()

    def others_ran_meanwhile():
        begun.clear()
        ended.clear()
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(run)
            begun.wait()
            meanwhile = not ended.is_set()
            running.result()
        return meanwhile

    assert any(others_ran_meanwhile() for _ in range(20))
