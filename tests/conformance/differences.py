"""What a framework forces to be otherwise than docs/http-api.md has it.

Each difference is a word. A server is registered with the words that hold for it
(`DIFFERENCES` of muster_http_adapter() and muster_conformance(), `--differences`
by hand), and the suite then expects what the word says: a word that is not needed
fails a test too. The adapter's own checklist and docs/embedding.md name them too.
"""

MEANINGS = {
    # What is added to answers.
    "length-on-304": "a 304 has the Content-Length of the answer without If-None-Match",
    "interim-100": "Expect: 100-continue is answered with 100 before the answer",
    # What the framework refuses, or ends, before or after its handler.
    "absolute-form-closes": "the connection ends after a target in absolute form",
    "bad-range": "a Range that is none is refused with 416",
    "held-threads": "a connection that is kept holds one of a few threads, and others wait",
    "length-required": "a POST without Content-Length is refused with 400 or 411",
    "no-asterisk": "the target * is refused with 400",
    "no-chunk-extensions": "a body in chunks with extensions is refused",
    "late-pipelining": "pipelined requests are answered when more comes behind them",
    "no-absolute-target": "a target in absolute form is not found by the framework's router",
    "no-half-close": "a client that ends its side before its answer comes gets none",
    "no-pipelining": "requests sent before the answer to the one before are dropped",
    "no-repeated-fields": "a second If-None-Match or Authorization is refused with 400",
    "no-tabs": "a request with a tab among its fields is refused with 400",
    "no-upgrade": "a request that asks to upgrade its connection is refused with 400",
    "no-userinfo": "a target in absolute form with a user is refused with 400",
    "no-zero-byte": "a path with %00 is refused with 400",
    "one-question-mark": "a target with two question marks is refused with 400",
    "other-expect": "a body with another Expect than 100-continue is refused with 417",
    "own-absolute-form": "a target in absolute form is answered where its port is the server's "
                         "and it has a path, and * never",
    "upgrade-closes": "the connection ends after the answer to a request with Upgrade",
    # Where the framework ends a body otherwise than its sender.
    "first-length": "of several fields Content-Length the first counts",
    "space-before-colon": "Content-Length with a space before its colon is passed over",
    # What does not reach the adapter.
    "64-fields": "those behind the 64th field are not there",
    "decoded-fields": "a credential comes percent-decoded: one that has escapes is unknown, and "
                      "one that was encoded, which nobody gave out, is good",
    "decoded-path": "the path is compared decoded",
    "decoded-prefix": "the prefix that the framework takes off is compared decoded",
    "drops-empty-fields": "an empty field is not joined to others of its name: a key beside one "
                          "is good",
    "method-in-capitals": "the method is in capitals, however it was sent",
    "underscores-are-hyphens": "X_Auth_Token is X-Auth-Token, so what a proxy strips by its name "
                               "has another way in",
}


def parse(text):
    """The words of a list with commas or spaces; ValueError for an unknown one."""
    words = frozenset(text.replace(",", " ").split())
    unknown = sorted(words - MEANINGS.keys())
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: no such difference; there are: "
                         + ", ".join(sorted(MEANINGS)))
    return words
