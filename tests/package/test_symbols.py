"""What the library shows to a linker, and what it asks of one."""

import os
import re
import subprocess

OURS = re.compile(r"((vtable|typeinfo|typeinfo name) for )?muster::")

# An engine inside somebody's server does not print and does not end it. (The
# standard streams' initialiser is no sign of either: Abseil's status.h includes
# <iostream>.)
FORBIDDEN = re.compile(
    r"(abort|_?exit|_Exit|quick_exit|__assert_fail|std::__glibcxx_assert_fail"
    r"|v?f?printf|__v?(f?printf|syslog)_chk|f?puts|f?putc|putchar|fwrite|perror|v?syslog"
    r"|stdout|stderr|std::w?(cout|cerr|clog))(\(.*|@.*)?"
)


def symbols(option, library):
    """The names that nm lists, demangled."""
    text = subprocess.run(
        ["nm", "--demangle", *option, library], check=True, capture_output=True, text=True
    ).stdout
    lines = [re.match(r"[0-9a-f]* *([A-Za-z]) (.+)", line) for line in text.splitlines()]
    return sorted({line[2] for line in lines if line})


def test_shared_library_shows_only_our_namespace():
    shown = symbols(["--dynamic", "--defined-only"], os.environ["MUSTER_SHARED"])
    assert any(name.startswith("muster::Catalog::Open") for name in shown)
    assert [name for name in shown if not OURS.match(name)] == []


def test_shared_library_shows_no_internals():
    shown = symbols(["--dynamic", "--defined-only"], os.environ["MUSTER_SHARED"])
    rooms = r"muster::(model|store|view|commit|identity|document|http)::"
    assert [name for name in shown if re.search(rooms, name.split("(")[0])] == []


def test_library_neither_prints_nor_ends_the_process():
    asked = symbols(["--undefined-only"], os.environ["MUSTER_STATIC"])
    assert any(name.startswith("absl::") for name in asked)
    assert [name for name in asked if FORBIDDEN.fullmatch(name)] == []
