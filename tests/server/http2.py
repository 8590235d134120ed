"""HTTP/2 frames by hand (RFC 9113, section 4), for a Connection of raw_http."""

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 4, 6, 7, 8
END_STREAM, END_HEADERS, ACK = 1, 4, 1
LARGEST_WINDOW = 2**31 - 1
DEFAULT_WINDOW = 65535


def frame(kind, flags=0, stream=0, payload=b""):
    return (len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big")
            + payload)


def settings(*pairs):
    return frame(SETTINGS, payload=b"".join(
        name.to_bytes(2, "big") + value.to_bytes(4, "big") for name, value in pairs))


def window_update(size, stream=0):
    return frame(WINDOW_UPDATE, stream=stream, payload=size.to_bytes(4, "big"))


# The start of a client that takes all that the server has to say, at once.
OPEN_WINDOWS = (PREFACE + settings((4, LARGEST_WINDOW))
                + window_update(LARGEST_WINDOW - DEFAULT_WINDOW))


def headers(target, method="GET", stream=1, flags=END_STREAM):
    """A request without its body, with every field spelt out."""
    fields = {":method": method, ":scheme": "http", ":path": target, ":authority": "x"}
    payload = b"".join(b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)])
                       + value.encode() for name, value in fields.items())
    return frame(HEADERS, END_HEADERS | flags, stream, payload)


def read_frame(connection):
    """Kind, flags, stream and payload of the next frame; EOFError at the end of the stream."""
    while len(connection.buffer) < 9:
        connection.receive()
    size = 9 + int.from_bytes(connection.buffer[:3], "big")
    while len(connection.buffer) < size:
        connection.receive()
    read = bytes(connection.buffer[:size])
    del connection.buffer[:size]
    return read[3], read[4], int.from_bytes(read[5:9], "big"), read[9:]


def read_until(connection, kind):
    """Reads away the frames up to the first of a kind."""
    while read_frame(connection)[0] != kind:
        pass


def read_body(connection, stream=1, on_data=lambda payload: None):
    """The body of a stream, up to its end; `on_data` is called after each of its frames."""
    body = bytearray()
    while True:
        kind, flags, of_stream, payload = read_frame(connection)
        if (kind, of_stream) != (DATA, stream):
            continue
        body += payload
        if flags & END_STREAM:
            return bytes(body)
        on_data(payload)


def read_to_the_end(connection):
    """The kinds of the frames that come until the end of the stream."""
    kinds = []
    try:
        while True:
            kinds.append(read_frame(connection)[0])
    except EOFError:
        assert not connection.buffer
        return kinds
