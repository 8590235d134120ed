"""What libmuster_c.so shows to a linker."""

import os
import pathlib
import re
import subprocess


def test_the_library_shows_the_functions_of_the_header_and_nothing_else():
    header = pathlib.Path(os.environ["MUSTER_C_HEADER"]).read_text(encoding="utf-8")
    declared = re.findall(r"^MUSTER_API [^;(]*?(\w+)\(", header, re.MULTILINE)
    listed = subprocess.run(
        ["nm", "--dynamic", "--defined-only", "--format=posix", os.environ["MUSTER_C_SHARED"]],
        check=True, capture_output=True, text=True,
    ).stdout
    assert sorted(line.split()[0] for line in listed.splitlines()) == sorted(declared)
