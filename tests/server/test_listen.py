"""Names to listen on that have several addresses."""

import shutil
import socket
import subprocess

import pytest

from conftest import Server
from test_endpoints import HEALTHZ

# Runs a program that finds the addresses of a file, in a namespace of its own.
WITH_HOSTS = ["unshare", "-Urm", "sh", "-c",
              'mount --bind "$0" /etc/hosts && exec "$@"']


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="there is no IPv6 here")


@pytest.fixture
def name_with(tmp_path):
    """A function: the command line before `muster`, for which name.test has the addresses."""
    def name_with_addresses(*addresses):
        hosts = tmp_path / "hosts"
        hosts.write_text("".join(f"{address} name.test\n" for address in addresses))
        prefix = [*WITH_HOSTS, str(hosts)]
        if not shutil.which("unshare") or subprocess.run(
                [*prefix, "getent", "hosts", "name.test"], capture_output=True, timeout=60,
                check=False).returncode != 0:
            pytest.skip("there are no namespaces for users here")
        return prefix
    return name_with_addresses


@needs_ipv6
def test_of_a_name_with_both_the_ipv4_address_is_listened_on(start, name_with):
    server = start(listen="name.test:0", prefix=name_with("::1", "127.0.0.1"))
    assert server.address[0] == "127.0.0.1"
    assert server.get("/healthz").body == HEALTHZ


@needs_ipv6
def test_the_next_address_is_listened_on_where_one_cannot_be_had(start, name_with):
    server = start(listen="name.test:0", prefix=name_with("240.0.0.1", "::1"))
    assert server.address[0] == "::1"
    assert server.get("/healthz").body == HEALTHZ


@needs_ipv6
def test_a_port_in_use_is_an_error_though_the_next_address_is_free(server, db, name_with):
    prefix = name_with("127.0.0.1", "::1")
    with pytest.raises(AssertionError, match="cannot listen on name.test:.* in use"):
        Server(db, listen=f"name.test:{server.address[1]}", prefix=prefix).end()


def test_a_name_of_which_no_address_can_be_had_is_an_error(db, name_with):
    prefix = name_with("240.0.0.1", "240.0.0.2")
    with pytest.raises(AssertionError, match="cannot listen on name.test:0: .*--listen"):
        Server(db, listen="name.test:0", prefix=prefix).end()
