"""When and where an application opens its store."""

import functools
import gc
import os
import threading

import pytest
from callers import ASKS

import muster

both = pytest.mark.parametrize("make", [muster.wsgi, muster.asgi], ids=["wsgi", "asgi"])


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


def answers(make, application):
    return ASKS[make](application).status == 200


@both
def test_a_store_is_opened_with_the_first_request(make, store):
    application = make(store)
    muster.Catalog.open(store).close()  # which a process cannot while it is open
    assert answers(make, application)
    with pytest.raises(muster.Error):
        muster.Catalog.open(store)


@both
def test_a_store_may_be_opened_before_any_request(make, store):
    application = make(store)
    for _ in range(2):
        application.open()
        with pytest.raises(muster.Error):
            muster.Catalog.open(store)
    assert answers(make, application)


@both
def test_no_store_is_made_for_a_request(make, tmp_path):
    application = make(tmp_path / "db")
    assert not answers(make, application)
    with pytest.raises(muster.Error):
        application.open()
    assert not (tmp_path / "db").exists()


@both
@pytest.mark.parametrize("form", [os.fspath, os.fsencode, lambda path: path])
def test_a_path_may_have_any_form(make, store, form):
    assert answers(make, make(form(store)))


@both
def test_a_function_may_open_it(make, store):
    opened = []

    def open_store():
        opened.append(muster.Catalog.open(store, create_if_missing=False))
        return opened[-1]

    application = make(open_store)
    assert opened == []
    assert answers(make, application) and answers(make, application)
    assert len(opened) == 1


@both
def test_workers_that_are_forked_open_it_each_for_itself(make, store):
    application = make(store)
    for _ in range(2):
        assert in_a_child(lambda: answers(make, application))
    assert answers(make, application)


@both
def test_workers_open_it_even_where_the_parent_has_answered(make, store):
    application = make(functools.partial(muster.Catalog.open, store, host_timeout_ms=60000))
    assert answers(make, application)
    assert in_a_child(lambda: answers(make, application))
    assert answers(make, application)


@both
def test_a_fork_while_another_thread_opens_it_is_no_matter(make, store):
    begun, go_on = threading.Event(), threading.Event()
    parent = os.getpid()

    def open_store():
        if os.getpid() == parent:
            begun.set()
            go_on.wait()
        return muster.Catalog.open(store)

    application = make(open_store)
    thread = threading.Thread(target=answers, args=(make, application))
    thread.start()
    begun.wait()
    try:
        assert in_a_child(lambda: answers(make, application))
    finally:
        go_on.set()
        thread.join()


@both
def test_threads_that_come_together_open_it_once(make, store):
    application = make(store)
    together = threading.Barrier(8)
    good = []

    def ask():
        together.wait()
        good.append(answers(make, application))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert good == [True] * 8


@both
def test_the_store_closes_with_the_application(make, store):
    application = make(store)
    assert answers(make, application)
    del application
    gc.collect()
    muster.Catalog.open(store).close()


@both
def test_options_are_the_handlers(make, catalog):
    application = make(catalog, mount_prefix="/api", serve_shapes=False)
    assert ASKS[make](application, target="/api/v1/rootfs").status == 200
    assert ASKS[make](application, target="/api/v1/shapes").status == 404
    assert ASKS[make](application, target="/v1/rootfs").status == 404


@both
def test_options_are_checked_when_they_are_given(make, tmp_path):
    with pytest.raises(TypeError):
        make(tmp_path / "db", no_such=True)
    with pytest.raises(muster.InvalidArgument):
        make(tmp_path / "db", mount_prefix="api/")
    assert not (tmp_path / "db").exists()


@both
@pytest.mark.parametrize("catalog", [None, 1, object()])
def test_a_catalog_is_nothing_else(make, catalog):
    with pytest.raises(TypeError, match="catalog must be a muster.Catalog, the path"):
        make(catalog)
