"""What a framework forces to be otherwise than docs/http-api.md has it.

Each difference is a word. A server is registered with the words that hold for it
(`DIFFERENCES` of muster_http_adapter() and muster_conformance(), `--differences`
by hand), and the suite then expects what the word says: a word that is not needed
fails a test too. The adapter's own checklist and docs/embedding.md name them too.
"""

MEANINGS = {
    "no-pipelining": "requests sent before the answer to the one before are dropped",
    "no-chunk-extensions": "a body in chunks with extensions is refused, and the connection ends",
    "absolute-form-closes": "the connection ends after a target in absolute form",
    "decoded-path": "the path is compared decoded, since nothing else reaches the adapter",
}


def parse(text):
    """The words of a list with commas or spaces; ValueError for an unknown one."""
    words = frozenset(text.replace(",", " ").split())
    unknown = sorted(words - MEANINGS.keys())
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: no such difference; there are: "
                         + ", ".join(sorted(MEANINGS)))
    return words
