"""Readers while the catalog changes in another process."""

import copy
import threading
import time
from pathlib import Path

import pytest
from catalog import DOCUMENT, KEY, OTHER_KEY
from client import Request, check
from expected import NOT_MODIFIED, UNAUTHORIZED, Catalog
from servers import import_document, muster, until

SMALL_BUFFER = 4096  # bytes
KIB = 1024


def taken_in_unread():
    """How much the systems of both sides take in before the client reads, at most."""
    most_to_send = Path("/proc/sys/net/ipv4/tcp_wmem").read_text(encoding="ascii").split()[2]
    return int(most_to_send) + 64 * KIB


@pytest.fixture(scope="module")
def large_hosts():
    """A page of them is more than is taken in unread. Each quote is two bytes on the wire."""
    quotes = 240
    names = [f"image-{n:03}-" + '"' * quotes
             for n in range(1 + taken_in_unread() // (500 * 2 * quotes))]
    return [{"id": f"10.0.{i // 256}.{i % 256}", "status": "active", "free_mib": 1,
             "vm_count": 1, "rootfses": names} for i in range(500)]


def test_a_change_by_another_process_is_served(start):
    document = copy.deepcopy(DOCUMENT)
    server = start(document)
    tag = server.get("/v1/rootfs").headers["etag"]
    document["rootfs"][1]["description"] = "changed"
    document["users"][1]["stats"] = {"running": 1, "total": 7}
    import_document(server.store, document, "--replace")
    old, new = Catalog(DOCUMENT), Catalog(document)
    check_soon(server, new.rootfs(), [old.rootfs()], "/v1/rootfs")
    check_soon(server, new.whoami(OTHER_KEY), [old.whoami(OTHER_KEY)],
               "/v1/whoami", f"X-Api-Key: {OTHER_KEY}")
    check_soon(server, new.rootfs(), [NOT_MODIFIED], "/v1/rootfs", f"If-None-Match: {tag}")


def test_a_key_that_is_revoked_is_as_one_that_never_was(start):
    server = start(DOCUMENT)
    asked = ("/v1/whoami", f"X-Api-Key: {KEY}")
    was = Catalog(DOCUMENT).whoami(KEY)
    check(server.get(*asked), was, server)
    muster("key", "revoke", KEY, "--db", str(server.store))
    check_soon(server, UNAUTHORIZED, [was], *asked)
    other = Catalog(DOCUMENT).whoami(OTHER_KEY)
    check(server.get("/v1/whoami", f"X-Api-Key: {OTHER_KEY}"), other, server)


def test_a_slow_reader_gets_the_version_it_asked_for_whole(start, large_hosts):
    versions = [large_hosts]
    server = start({"hosts": large_hosts})
    expected = page_of(large_hosts)
    assert len(expected.body) > taken_in_unread()
    with server.connect(receive_buffer=SMALL_BUFFER) as slow:
        slow.ask(Request("/v1/hosts?limit=500"))
        slow.receive()
        for _ in range(4):
            versions.append([dict(host, free_mib=len(versions) + 1) for host in versions[-1][1:]])
            import_document(server.store, {"hosts": versions[-1]}, "--replace")
            read_slowly(slow, seconds=1)
            check_soon(server, page_of(versions[-1], 1), [page_of(old, 1) for old in versions],
                       "/v1/hosts?limit=1")
            read_slowly(slow, seconds=1)
        check(slow.answer(), expected, server)
    check_soon(server, page_of(versions[-1]), map(page_of, versions), "/v1/hosts?limit=500")


def read_slowly(client, seconds):
    """Up to 4 KiB a second."""
    for _ in range(4 * seconds):
        time.sleep(0.25)
        client.buffer += client.socket.recv(KIB)


def test_readers_that_go_away_leave_the_server_well(start, large_hosts):
    versions = [[dict(host, vm_count=n + 1) for host in large_hosts] for n in range(3)]
    server = start({"hosts": versions[0]})
    for hosts in versions[1:]:
        for _ in range(5):
            with server.connect(receive_buffer=SMALL_BUFFER) as gone:
                gone.ask(Request("/v1/hosts?limit=500"))
                gone.receive()
        import_document(server.store, {"hosts": hosts}, "--replace")
    check_soon(server, page_of(versions[-1]), map(page_of, versions), "/v1/hosts?limit=500")


def test_a_tag_is_never_given_to_other_bytes(start):
    """Readers of all pages at once, while another process commits again and again."""
    versions = [{"hosts": [dict(host, vm_count=n) for host in DOCUMENT["hosts"]]}
                for n in range(2)]
    server = start(versions[0])
    bodies = {}  # by tag
    faults = []
    ended = threading.Event()

    def read():
        try:
            while not ended.is_set():
                answer = server.get("/v1/hosts?limit=500")
                first = bodies.setdefault(answer.headers["etag"], answer.body)
                assert first == answer.body, answer
        except Exception as fault:
            faults.append(fault)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for n in range(6):
        import_document(server.store, versions[(n + 1) % 2])
    until(lambda: faults or len(bodies) > 1)
    ended.set()
    for reader in readers:
        reader.join()
    assert faults == []
    wholes = {Catalog(version).page("/v1/hosts", 500).body for version in versions}
    assert set(bodies.values()) <= wholes


def page_of(hosts, limit=500):
    return Catalog({"hosts": hosts}).page("/v1/hosts", limit)


def check_soon(server, new, olds, *asked):
    """A server may have several processes, each of which takes a commit in by itself.
    Until it answers with what is new it answers as before, whole."""
    old_bodies = {(old.status, old.body) for old in olds}

    def is_served():
        answer = server.get(*asked)
        if (answer.status, answer.body) == (new.status, new.body):
            check(answer, new, server)
            return True
        assert (answer.status, answer.body) in old_bodies, answer
        return False

    until(is_served)
