"""A program with Muster in it keeps its own routes and its own header."""

import host
import pytest
from client import Request, check
from expected import HEALTHZ


@pytest.fixture(autouse=True)
def only_of_programs_with_routes(server):
    if not server.traits.own_routes:
        pytest.skip("this server has no routes beside Muster's")


@pytest.mark.parametrize("size", [0, 2, 300, 64 * 1024])
def test_its_route_gets_the_body(server, client, size):
    host.check_created(client.ask(host.post(b"x" * size)).answer(), size)
    check(client.get("/healthz"), HEALTHZ, server)


def test_its_route_gets_a_body_in_pieces(server, client):
    body = b"x" * 5000
    head = client.head_of(host.post(body))
    for part in (head[:20], head[20:], body[:1], body[1:]):
        client.send(part)
        client.wait_until_received()
    host.check_created(client.answer(), len(body))
    check(client.get("/healthz"), HEALTHZ, server)


def test_its_route_gets_a_chunked_body(server, client):
    asked = Request(host.ROUTE, ("Transfer-Encoding: chunked",), method="POST",
                    body=b"5\r\nhello\r\n3\r\nabc\r\n0\r\n\r\n", is_own=True)
    host.check_created(client.ask(asked).answer(), 8)
    check(client.get("/healthz"), HEALTHZ, server)


def test_its_404_stays(server, client):
    answer = client.ask(Request("/other", is_own=True)).answer()
    host.check_not_found(answer, server, outside=True)


def test_its_routes_and_ours_share_a_connection(server, client, catalog):
    for size in range(3):
        host.check_created(client.ask(host.post(b"x" * size)).answer(), size)
        check(client.get("/v1/rootfs"), catalog.rootfs(), server)
        answer = client.ask(Request("/other", is_own=True)).answer()
        host.check_not_found(answer, server, outside=True)
