"""What muster.wsgi() and muster.asgi() have in common."""

import functools
import os
import threading
import weakref
from urllib.parse import quote_from_bytes, unquote_to_bytes

from ._muster import Catalog

# What a path may have beside letters, digits and "-._~" (RFC 3986, section 3.3).
_SAFE_IN_PATHS = "/!$&'()*+,;=:@"


class Mount:
    """The handler of an application, in each process its own.

    A catalog does not survive a fork. So one that is given by its path, or by a
    function that opens it, is opened when the first request is there to be
    answered, and anew in a child: by then a server has forked its workers. A path
    must be that of a store: to make an empty one is nothing for a request to do.

    Any thread may call. Whoever holds no handler holds no catalog: it closes
    with its last owner, which may be the program that opened it.
    """

    def __init__(self, catalog, options):
        Catalog.in_memory().handler(**options)  # Says here what is wrong with them.
        self._options = options
        self._lock = threading.Lock()
        self._handler = None
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

    def handler(self):
        return self._handler or self._open_once()

    def let_go(self):
        """Forgets a catalog that was opened here; the next request opens it again."""
        if self in _lazy:
            self._handler = None

    def _open_once(self):
        with self._lock:
            if self._handler is None:
                self._handler = self._open().handler(**self._options)
            return self._handler

    def forget_after_fork(self):
        # A thread that is not in the child may have held the lock.
        self._lock = threading.Lock()
        self._handler = None


_lazy = weakref.WeakSet()


def _forget_after_fork():
    for mount in list(_lazy):
        mount.forget_after_fork()


os.register_at_fork(after_in_child=_forget_after_fork)


def target_below(prefix, path, raw, query):
    """The request's target from where the application is mounted, all in bytes.

    Our paths are compared as the client wrote them. A server gives `path`, what is
    below `prefix`, decoded; `raw` (or None) is the whole of it, undecoded, perhaps
    with the query. Where path is the end of raw it was written so; else it was
    written with escapes, and raw stands for a path that is not ours, or a middleware
    has put another path in its place.
    """
    if raw is None:
        path = _encoded(path)
    else:
        raw = raw.partition(b"?")[0]
        if raw.endswith(path):
            above = raw[: len(raw) - len(path)]
            if b"%" in above and not _encoded(prefix).endswith(above):
                path = raw
        elif unquote_to_bytes(raw.partition(b"#")[0]).endswith(path):
            path = raw
        else:
            path = _encoded(path)
    return path + b"?" + query if query else path


def _encoded(path):
    return quote_from_bytes(path, _SAFE_IN_PATHS).encode("ascii")
