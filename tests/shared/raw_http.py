"""HTTP as bytes on a socket: what a client library would hide is what is tested."""

import fcntl
import socket
import struct
import termios
import time


class Answer:
    def __init__(self, version, status, headers, body):
        self.version = version
        self.status = status
        self.headers = headers  # names in lower case
        self.body = body

    def __repr__(self):
        return f"{self.version} {self.status} {self.headers} {self.body[:200]}"


class Connection:
    """One connection. Every wait ends after `timeout` seconds, with an error."""

    def __init__(self, address, timeout=30, receive_buffer=None):
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        self.socket.connect(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def wait_until_received(self):
        """Returns when the other side's system has acknowledged all that was sent."""
        while struct.unpack("i", fcntl.ioctl(self.socket, termios.TIOCOUTQ, b"\0" * 4))[0]:
            time.sleep(0.001)

    def get(self, target, *fields, method="GET", version="1.1"):
        """Sends a request and returns its answer."""
        self.send(request(target, *fields, method=method, version=version))
        return self.read(head=method == "HEAD")

    def receive(self):
        """Waits for some more bytes."""
        data = self.socket.recv(65536)
        if not data:
            raise EOFError(f"closed after {bytes(self.buffer)!r}")
        self.buffer += data

    def read(self, head=False):
        """The next answer; nothing of what comes after it is taken away."""
        while b"\r\n\r\n" not in self.buffer:
            self.receive()
        end = self.buffer.index(b"\r\n\r\n") + 4
        first, *lines = self.buffer[:end - 4].decode("latin-1").split("\r\n")
        del self.buffer[:end]
        version, status, _ = first.split(" ", 2)
        headers = {}
        for line in lines:
            name, value = line.split(":", 1)
            assert name.lower() not in headers, f"{name} is there twice"
            headers[name.lower()] = value.strip(" \t")
        bodiless = head or status[0] == "1" or status in ("204", "304")
        length = 0 if bodiless else self.length_of_body(headers)
        while len(self.buffer) < length:
            self.receive()
        body = bytes(self.buffer[:length])
        del self.buffer[:length]
        return Answer(version, int(status), headers, body)

    def length_of_body(self, headers):
        """As it is said, or up to the end of the connection."""
        if "content-length" in headers:
            return int(headers["content-length"])
        assert headers.get("connection", "").lower() == "close", headers
        while data := self.socket.recv(65536):
            self.buffer += data
        return len(self.buffer)

    def is_closed(self):
        """Waits for the end of the stream; True where nothing came before it."""
        return not self.buffer and self.socket.recv(65536) == b""


def request(target, *fields, method="GET", version="1.1", body=b""):
    lines = [f"{method} {target} HTTP/{version}", "Host: muster", *fields]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
