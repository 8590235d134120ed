"""What muster.wsgi() and muster.asgi() have in common."""

import functools
import logging
import os
import threading
import time
import weakref

from ._errors import Error
from ._muster import Catalog, Handler

# Seconds between two attempts of requests to open a store that does not open.
_PAUSE = 1

_log = logging.getLogger("muster")


class Mount:
    """The handler of an application, in each process its own.

    A catalog does not survive a fork. So one that is given by its path, or by a
    function that opens it, is opened when the first request needs it, and anew in a
    child: by then a server has forked its workers. A path must be that of a store: to
    make an empty one is nothing for a request to do. While it cannot be opened,
    requests have the answers of a handler without a catalog.

    Any thread may call. Whoever holds no handler holds no catalog: it closes
    with its last owner, which may be the program that opened it.
    """

    def __init__(self, catalog, options):
        # Says here what is wrong with the options.
        self._closed = Handler.without_catalog("the store cannot be opened", **options)
        self._options = options
        self._lock = threading.Lock()
        self._handler = None
        self._not_before = 0
        if isinstance(catalog, Catalog):
            self._handler = catalog.handler(**options)
            return
        if isinstance(catalog, str | bytes | os.PathLike):
            catalog = functools.partial(Catalog.open, catalog, create_if_missing=False)
        if not callable(catalog):
            given = type(catalog).__name__
            raise TypeError(
                "catalog must be a muster.Catalog, the path of a store, or a function "
                f"that opens one, not {given}"
            )
        self._open = catalog
        _lazy.add(self)

    def handle(self, method, target, headers, user_id):
        """The answer, or None where the path is not ours."""
        handler = self._handler
        if handler is None:
            response = self._closed.handle(method, target, headers, user_id=user_id)
            if response is None or response.status != 503:
                return response  # The store has nothing to add.
            handler = self._try_to_open()
            if handler is None:
                return response
        return handler.handle(method, target, headers, user_id=user_id)

    def open(self):
        """Opens the store where it is not open; raises what went wrong."""
        with self._lock:
            if self._handler is None:
                self._handler = self._open().handler(**self._options)

    def let_go(self):
        """Forgets a catalog that was opened here; the next request opens it again."""
        if self in _lazy:
            self._handler = None

    def _try_to_open(self):
        """The handler; None where the store does not open, or did not just now."""
        with self._lock:
            if self._handler is None and time.monotonic() >= self._not_before:
                try:
                    self._handler = self._open().handler(**self._options)
                except Exception as error:
                    self._not_before = time.monotonic() + _PAUSE
                    # Of what the program's own function raised it wants to see where.
                    where = None if isinstance(error, Error) else error
                    _log.error("the store cannot be opened: %s", error, exc_info=where)
            return self._handler

    def forget_after_fork(self):
        # A thread that is not in the child may have held the lock.
        self._lock = threading.Lock()
        self._handler = None
        self._not_before = 0


_lazy = weakref.WeakSet()


def _forget_after_fork():
    for mount in list(_lazy):
        mount.forget_after_fork()


os.register_at_fork(after_in_child=_forget_after_fork)
