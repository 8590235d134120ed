"""Where nginx itself has a say: the module among nginx's own rules and filters."""

import getpass
import gzip
import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

DOCUMENT = {"rootfs": [{"name": f"image-{i}"} for i in range(100)]}
CONFIGURATION = """
load_module {module};
user {user};
worker_processes 1;
daemon off;
pid {work}/pid;
error_log {work}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {work};
  proxy_temp_path {work};
  fastcgi_temp_path {work};
  uwsgi_temp_path {work};
  scgi_temp_path {work};
  muster_store {work}/db;
  {directives}
  gzip on;
  gzip_types application/json;
  server {{
    listen 127.0.0.1:{port};
    root {work};
    muster on;
    error_page 403 /403.html;
    location = /v1/hosts {{ deny all; }}
  }}
}}
"""


def free_port():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        return holder.getsockname()[1]


def get(url, **fields):
    request = urllib.request.Request(url, headers=fields)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def until_it_answers(url, process):
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            return get(url)
        except OSError:
            time.sleep(0.01)
    raise AssertionError("nginx does not answer")


class Nginx:
    """One that runs in `work`, with `directives` of its http block."""

    def __init__(self, work, directives=""):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.work = work
        (work / "403.html").write_text("not for you")
        self.configure(port, directives)
        self.process = subprocess.Popen(self.command(), stderr=subprocess.DEVNULL)

    def configure(self, port, directives):
        (self.work / "nginx.conf").write_text(CONFIGURATION.format(
            module=os.environ["MUSTER_NGINX_MODULE"], work=self.work, port=port,
            user=getpass.getuser(), directives=directives))

    def command(self, *options):
        return [os.environ["MUSTER_NGINX"], "-p", self.work, "-c", self.work / "nginx.conf",
                *options]


def make_store(directory):
    subprocess.run([os.environ["MUSTER_BIN"], "import", "-", "--db", directory], check=True,
                   input=json.dumps(DOCUMENT), text=True, stdout=subprocess.DEVNULL)


@pytest.fixture
def start(tmp_path):
    """A function that starts an nginx; it is ended after the test."""
    started = []

    def start_nginx(directives=""):
        started.append(Nginx(tmp_path, directives))
        return started[-1]

    yield start_nginx
    for nginx in started:
        nginx.process.terminate()
        nginx.process.wait(60)


@pytest.fixture
def base(start, tmp_path):
    make_store(tmp_path / "db")
    nginx = start()
    until_it_answers(nginx.url + "/healthz", nginx.process)
    return nginx.url


def test_an_error_page_of_nginxs_own_is_not_taken_for_the_path_that_was_asked_for(base):
    status, _, body = get(base + "/v1/hosts")
    assert (status, body) == (403, b"not for you")


def test_bytes_that_nginx_changes_go_without_the_strong_tag(base):
    _, plain, body = get(base + "/v1/rootfs")
    _, zipped, zipped_body = get(base + "/v1/rootfs", **{"Accept-Encoding": "gzip"})
    assert gzip.decompress(zipped_body) == body
    assert zipped["ETag"] == "W/" + plain["ETag"]
    assert get(base + "/v1/rootfs", **{"If-None-Match": zipped["ETag"]})[0] == 304


def test_a_store_that_comes_later_is_served_then(start, tmp_path):
    nginx = start()
    until_it_answers(nginx.url + "/healthz", nginx.process)
    assert get(nginx.url + "/v1/rootfs")[0] == 503
    status, _, body = get(nginx.url + "/readyz")
    assert (status, json.loads(body)["data"]["reason"]) == (503, "the store cannot be opened")
    assert get(nginx.url + "/elsewhere")[0] == 404
    make_store(tmp_path / "db")
    end = time.monotonic() + 60
    while get(nginx.url + "/v1/rootfs")[0] != 200:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_store_that_does_not_open_leaves_the_end_alone(start):
    nginx = start()
    until_it_answers(nginx.url + "/healthz", nginx.process)
    subprocess.run(nginx.command("-s", "quit"), check=True, stderr=subprocess.DEVNULL)
    assert nginx.process.wait(60) == 0


def test_a_mount_prefix_is_put_before_every_path(start, tmp_path):
    make_store(tmp_path / "db")
    nginx = start("muster_mount_prefix /api;")
    assert until_it_answers(nginx.url + "/api/v1/rootfs", nginx.process)[0] == 200
    assert get(nginx.url + "/v1/rootfs")[0] == 404


def test_a_mount_prefix_that_cannot_be_is_told_of_before_nginx_starts(start, tmp_path):
    nginx = start("muster_mount_prefix api;")
    said = subprocess.run(nginx.command("-t"), capture_output=True, text=True, check=False)
    assert said.returncode != 0
    assert "mount_prefix" in said.stderr


def test_hosts_may_require_a_key(start, tmp_path):
    make_store(tmp_path / "db")
    nginx = start("muster_hosts_require_key on; muster_mount_prefix /api;")
    assert until_it_answers(nginx.url + "/api/v1/hosts", nginx.process)[0] == 401
