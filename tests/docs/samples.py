"""The samples of the project's pages: fenced blocks after a line
`<!-- sample: KIND -->`, and the block after "It prints:", if there is one.

Run as a program, it writes each C and C++ sample into a folder and prints the list of
files as CMake reads it.
"""

import pathlib
import re
import sys
from typing import NamedTuple

ENDINGS = {"c": ".c", "cpp": ".cc"}  # of what is compiled
PAGES = ("README.md", "docs/embedding.md", "docs/sandboxes.md")
BLOCK = re.compile(
    r"<!-- sample: (?P<kind>\w+) -->\n```(?P<language>\w+)\n(?P<text>.*?)^```$"
    r"(?:\n+It prints:\n+```\n(?P<output>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)


class Sample(NamedTuple):
    name: str  # "README_1", after the page and the sample's place on it
    kind: str  # "run", "compile", "curl" or "shell"
    language: str
    text: str
    output: str | None  # what running it prints


def samples(root: pathlib.Path) -> list[Sample]:
    found = []
    for page in PAGES:
        blocks = BLOCK.finditer((root / page).read_text(encoding="utf-8"))
        for number, block in enumerate(blocks, start=1):
            name = f"{pathlib.Path(page).stem}_{number}"
            found.append(Sample(name, *block.group("kind", "language", "text", "output")))
    return found


def main() -> None:
    root, target = (pathlib.Path(argument) for argument in sys.argv[1:])
    files = []
    for sample in samples(root):
        if sample.language in ENDINGS:
            file = target / (sample.name + ENDINGS[sample.language])
            file.write_text(sample.text, encoding="utf-8")
            files.append(str(file))
    print(";".join(files), end="")


if __name__ == "__main__":
    main()
