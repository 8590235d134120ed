"""Readers while the catalog changes in another process."""

import copy
import threading

import pytest
from catalog import DOCUMENT, OTHER_KEY
from client import Request, check
from expected import Catalog
from servers import import_document, until

SMALL_BUFFER = 4096  # bytes


@pytest.fixture(scope="module")
def large_hosts():
    """A page of them is 6 MB, more than the systems of both sides take in before
    the client reads: up to 4 MB on Linux. Each quote is two bytes on the wire."""
    names = [f"image-{n:03}-" + '"' * 240 for n in range(24)]
    return [{"id": f"10.0.{i // 256}.{i % 256}", "status": "active", "free_mib": 1,
             "vm_count": 1, "rootfses": names} for i in range(500)]


def test_a_change_by_another_process_is_served(start):
    document = copy.deepcopy(DOCUMENT)
    server = start(document)
    old = server.get("/v1/rootfs")
    document["rootfs"][1]["description"] = "changed"
    document["users"][1]["stats"] = {"running": 1, "total": 7}
    import_document(server.store, document, "--replace")
    # The first to look may still get the version before.
    until(lambda: server.get("/v1/rootfs").headers["etag"] != old.headers["etag"])
    catalog = Catalog(document)
    check_soon(server, catalog.rootfs(), "/v1/rootfs")
    check_soon(server, catalog.whoami(OTHER_KEY), "/v1/whoami", f"X-Api-Key: {OTHER_KEY}")
    check_soon(server, catalog.rootfs(), "/v1/rootfs", f"If-None-Match: {old.headers['etag']}")


def test_a_slow_reader_gets_the_version_it_asked_for_whole(start, large_hosts):
    server = start({"hosts": large_hosts})
    expected = Catalog({"hosts": large_hosts}).page("/v1/hosts", 500)
    with server.connect(receive_buffer=SMALL_BUFFER) as slow:
        slow.ask(Request("/v1/hosts?limit=500"))
        slow.receive()
        hosts = large_hosts
        for generation in range(3):
            hosts = [dict(host, free_mib=generation + 2) for host in hosts[1:]]
            import_document(server.store, {"hosts": hosts}, "--replace")
            until(lambda: b'"total":%d,' % len(hosts) in server.get("/v1/hosts?limit=1").body)
            for _ in range(4):
                slow.buffer += slow.socket.recv(1024)
        answer = slow.answer()
        check(answer, expected, server)
    changed = Catalog({"hosts": hosts}).page("/v1/hosts", 500)
    check_soon(server, changed, "/v1/hosts?limit=500")


def test_readers_that_go_away_leave_the_server_well(start, large_hosts):
    server = start({"hosts": large_hosts})
    for generation in range(2):
        for _ in range(5):
            with server.connect(receive_buffer=SMALL_BUFFER) as gone:
                gone.ask(Request("/v1/hosts?limit=500"))
                gone.receive()
        hosts = [dict(host, vm_count=generation + 2) for host in large_hosts]
        import_document(server.store, {"hosts": hosts}, "--replace")
    until(lambda: b'"vm_count":3,' in server.get("/v1/hosts?limit=1").body)
    check_soon(server, Catalog({"hosts": hosts}).page("/v1/hosts", 500), "/v1/hosts?limit=500")


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
        except (AssertionError, OSError, EOFError) as fault:
            faults.append(fault)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for n in range(6):
        import_document(server.store, versions[(n + 1) % 2])
    ended.set()
    for reader in readers:
        reader.join()
    assert faults == []
    wholes = {Catalog(version).page("/v1/hosts", 500).body for version in versions}
    assert set(bodies.values()) <= wholes
    assert len(bodies) > 1


def check_soon(server, expected, *asked):
    """A server may have several processes, each of which takes a commit in by itself."""
    def is_served():
        try:
            check(server.get(*asked), expected, server)
        except AssertionError:
            return False
        return True

    until(is_served)
