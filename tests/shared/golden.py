"""Golden requests and answers: reads data/contract and checks an implementation.

An implementation is a function `send(method, target, headers)` that returns an
Answer. As a program, checks a server that is running:

    python3 golden.py http://127.0.0.1:8080 data/contract/seed.json
"""

import dataclasses
import http.client
import json
import os
import pathlib
import re
import sys
import urllib.parse

DIRECTORY = pathlib.Path(
    os.environ.get("MUSTER_GOLDEN_DIR")
    or pathlib.Path(__file__).resolve().parents[2] / "data" / "contract"
)

STRONG_TAG = re.compile(r'"[\x21\x23-\x7e]*"')
PLACEHOLDER = re.compile(r"\$\{(etag|etag-unquoted):([^}]*)\}")


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes


@dataclasses.dataclass
class Case:
    name: str
    method: str
    target: str
    headers: list[tuple[str, str]]
    status: int
    expected_headers: dict[str, str | None]
    body: bytes


@dataclasses.dataclass
class Group:
    """One file: a catalog and the cases that hold for it."""

    name: str
    catalog: str  # the document's text
    cases: list[Case]


def load_group(path):
    content = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    cases = []
    for case in content["cases"]:
        request, response = case["request"], case["response"]
        cases.append(
            Case(
                name=case["name"],
                method=request["method"],
                target=request["target"],
                headers=[tuple(field) for field in request.get("headers", [])],
                status=response["status"],
                expected_headers=response["headers"],
                body=response["body"].encode(),
            )
        )
    catalog = json.dumps(content["catalog"], ensure_ascii=False)
    return Group(pathlib.Path(path).stem, catalog, cases)


def load_groups(directory=DIRECTORY):
    return [load_group(path) for path in sorted(pathlib.Path(directory).glob("*.json"))]


def check(case, send):
    """Raises AssertionError where the answer to a case is not the golden one."""

    def fill_in(text):
        def tag(match):
            answer = send("GET", match[2], [])
            value = answer.headers.get("etag", "")
            assert STRONG_TAG.fullmatch(value), f"not one strong tag: {value!r}"
            return value if match[1] == "etag" else value.strip('"')

        return PLACEHOLDER.sub(tag, text)

    answer = send(
        case.method,
        case.target,
        [(name, fill_in(value)) for name, value in case.headers],
    )
    assert answer.status == case.status, f"status {answer.status}"
    assert answer.body == case.body, f"body {answer.body!r}"
    for name, value in case.expected_headers.items():
        expected = None if value is None else fill_in(value)
        given = answer.headers.get(name.lower())
        assert given == expected, f"{name}: {given!r}"
    if "Content-Length" not in case.expected_headers and case.status != 304:
        given = answer.headers.get("content-length")
        assert given == str(len(case.body)), f"Content-Length: {given!r}"


def send_over_http(base_url):
    """A `send` that asks a server, each time over a new connection."""
    url = urllib.parse.urlsplit(base_url)

    def send(method, target, headers):
        connection = http.client.HTTPConnection(url.hostname, url.port or 80, timeout=30)
        try:
            connection.putrequest(
                method, url.path.rstrip("/") + target, skip_accept_encoding=True
            )
            for name, value in headers:
                connection.putheader(name, value.encode())
            connection.endheaders()
            response = connection.getresponse()
            fields = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, fields, response.read())
        finally:
            connection.close()

    return send


def main(arguments):
    if len(arguments) != 2:
        print("usage: golden.py BASE_URL FILE", file=sys.stderr)
        return 2
    send = send_over_http(arguments[0])
    failures = 0
    for case in load_group(arguments[1]).cases:
        try:
            check(case, send)
        except AssertionError as error:
            failures += 1
            print(f"FAILED {case.name}: {error}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
