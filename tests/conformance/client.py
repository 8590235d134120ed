"""A connection that knows what it asked, and checks what all answers have in common."""

import collections
import dataclasses
import re
import select
import socket

import openapi
from expected import ANY_TAG
from raw_http import Answer, Connection, request

SECONDS = 60  # for any one wait: sanitized servers on a busy machine are slow

STRONG_TAG = re.compile(r'"[\x21\x23-\x7e]+"')
HOST_HEADER = ("x-served-by", "example")
ABSOLUTE = re.compile(r"(https?://[^/?]*)(/.*)", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Request:
    target: str  # without the prefix
    fields: tuple = ()
    method: str = "GET"
    body: bytes = b""
    version: str = "1.1"
    is_own: bool = False  # for the host's route, which is not below the prefix

    def mounted(self, prefix):
        if self.is_own:
            return self.target
        if self.target.startswith("/"):
            return prefix + self.target
        absolute = ABSOLUTE.fullmatch(self.target)
        return absolute[1] + prefix + absolute[2] if absolute else self.target

    def bytes(self, prefix):
        return request(self.mounted(prefix), *self.fields, method=self.method,
                       version=self.version, body=self.body)


def post(target, body=b"", *fields, **more):
    """A POST that says how long its body is."""
    length = f"Content-Length: {len(body)}"
    return Request(target, (length, *fields), method="POST", body=body, **more)


class Client(Connection):
    def __init__(self, server, **options):
        super().__init__(server.address, **{"timeout": SECONDS, **options})
        self.server = server
        self.asked = collections.deque()
        self.is_woken = False  # for late-pipelining

    def bytes_of(self, asked):
        if self.server.has("no-tabs"):
            fields = tuple(field.replace("\t", " ") for field in asked.fields)
            asked = dataclasses.replace(asked, fields=fields)
        return asked.bytes(self.server.traits.prefix)

    def head_of(self, asked):
        """The bytes of a request without its body. The caller sends them."""
        self.asked.append(asked)
        return self.bytes_of(dataclasses.replace(asked, body=b""))

    def ask(self, *requests):
        """Sends requests in one piece."""
        self.asked.extend(requests)
        self.send(b"".join(map(self.bytes_of, requests)))
        return self

    def answer(self):
        """The answer to the first request that has none yet: Muster's or the host's."""
        asked = self.asked.popleft()
        answer = self.next_answer(asked)
        assert answer.version == "HTTP/1.1" or asked.version == "1.0", answer
        if not asked.is_own:
            self.check_documented(asked, answer)
        return answer

    def frameworks_answer(self):
        """The same, where it may be the framework that answers, in its own words."""
        asked = self.asked.popleft()
        answer = self.next_answer(asked)
        if answer.headers.get("content-type") == openapi.JSON:  # or Muster, after all
            self.check_documented(asked, answer)
        return answer

    def next_answer(self, asked):
        is_head = self.method_of(asked) == "HEAD"
        answer = self.read(head=is_head)
        if answer.status == 100 and self.server.has("interim-100"):
            answer = self.read(head=is_head)
        return answer

    def method_of(self, asked):
        in_capitals = self.server.has("method-in-capitals")
        return asked.method.upper() if in_capitals else asked.method

    def check_documented(self, asked, answer):
        # Outside the prefix, or below it, all that is Muster's is its 404.
        target = "/no-path-of-ours" if asked.is_own else asked.target
        openapi.check(self.method_of(asked), target, without_additions(answer, self.server),
                      self.server.traits.not_found)

    def refusal(self):
        """The status with which a framework ends the connection."""
        self.asked.clear()
        try:
            while True:
                self.receive()
        except (EOFError, ConnectionError):
            return int(self.buffer.split(b" ")[1])

    def get(self, target, *fields, **more):
        return self.ask(Request(target, fields, **more)).answer()

    def has_bytes(self, seconds):
        """Whether something is there to read, at the latest after so many seconds. The end
        of the connection is nothing."""
        if self.buffer:
            return True
        if not select.select([self.socket], [], [], seconds)[0]:
            return False
        try:
            return self.socket.recv(1, socket.MSG_PEEK) != b""
        except ConnectionError:
            return False

    def is_ended(self):
        """Waits for the end of the connection; False where something came instead."""
        try:
            return self.is_closed()
        except ConnectionResetError:
            return True

    def check_goes_on_or_ended(self):
        """After a body that nobody wanted: the next answer is the right one, or there
        is none. What stood in the body is never answered."""
        try:
            answer = self.get("/v1/nothing-of-ours")
            assert answer.status == 404, answer
            assert self.get("/healthz").body == b'{"status":"success","data":{"up":true}}'
        except (EOFError, ConnectionError):
            assert not self.buffer, bytes(self.buffer)


def without_additions(answer, server):
    """Muster's answer without the headers that its framework and the host add to it."""
    headers = dict(answer.headers)
    if server.traits.own_routes:
        headers.pop(HOST_HEADER[0], None)
    if server.has("length-on-304") and answer.status == 304:
        assert int(headers.pop("content-length")) > 0, answer
    return Answer(answer.version, answer.status, headers, answer.body)


def check(answer, expected, server):
    """The whole answer: status, body, and the headers, which must be exactly these."""
    assert answer.status == expected.status, answer
    headers = {name: value for name, value in without_additions(answer, server).headers.items()
               if name not in openapi.SERVERS_OWN}
    if server.traits.own_routes:
        name, value = HOST_HEADER
        assert answer.headers.get(name) == value, answer
    wanted = dict(expected.headers)
    if wanted.get("etag") is ANY_TAG:
        wanted["etag"] = headers.get("etag", "")
        assert STRONG_TAG.fullmatch(wanted["etag"]), answer
    assert headers == wanted, answer
    assert answer.body == expected.body, answer


def check_400(server, target, *fields, **more):
    """The framework refuses such a request, over a connection of its own."""
    with server.connect() as client:
        answer = client.ask(Request(target, fields, **more)).frameworks_answer()
    assert answer.status == 400, answer


def without_body(expected):
    """What HEAD gets where GET gets `expected`."""
    return dataclasses.replace(expected, body=b"")
