"""The target of a request, from what servers tell of it."""

import posixpath
import re
from urllib.parse import quote_from_bytes, unquote_to_bytes

# What a path may have beside letters, digits and "-._~" (RFC 3986, section 3.3).
_SAFE_IN_PATHS = "/!$&'()*+,;=:@"

_ORIGIN = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]+")


def target_below(prefix, path, raw, query):
    """The request's target from where the application is mounted, all in bytes.

    Our paths are compared as the client wrote them. A server gives `path`, what is
    below `prefix`, decoded; `raw` (or None) is the whole of it, undecoded, perhaps
    with the query. The prefix is matched by who has taken it off, decoded, so it may
    be written in any way; a proxy may have taken a part of it off raw. Where raw is
    the path in other words (escapes, doubled slashes), it stands for a path that is
    not ours; where it is another path, a middleware has put ours in its place.
    """
    if raw is None:
        path = _encoded(path)
    else:
        raw = raw.partition(b"?")[0]
        if raw != prefix + path and raw != path:
            path = _as_written(prefix, _without_origin(path), _without_origin(raw))
    return path + b"?" + query if query else path


def path_of(raw):
    """The path of a target in any form, decoded."""
    return unquote_to_bytes(_without_origin(raw.partition(b"?")[0]))


def _as_written(prefix, path, raw):
    if raw.endswith(path):
        above = raw[: len(raw) - len(path)]
        if b"%2f" not in above.lower() and prefix.endswith(unquote_to_bytes(above)):
            return path
    plain = b"/" + posixpath.normpath(unquote_to_bytes(raw.partition(b"#")[0])).lstrip(b"/")
    if plain.endswith(path) and prefix.endswith(plain[: len(plain) - len(path)]):
        return raw
    return _encoded(path)


def _without_origin(target):
    origin = None if target.startswith(b"/") else _ORIGIN.match(target)
    return target if origin is None else target[origin.end() :]


def _encoded(path):
    return quote_from_bytes(path, _SAFE_IN_PATHS).encode("ascii")
