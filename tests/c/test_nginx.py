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


@pytest.fixture
def base(tmp_path):
    subprocess.run([os.environ["MUSTER_BIN"], "import", "-", "--db", tmp_path / "db"], check=True,
                   input=json.dumps(DOCUMENT), text=True, stdout=subprocess.DEVNULL)
    (tmp_path / "403.html").write_text("not for you")
    port = free_port()
    (tmp_path / "nginx.conf").write_text(CONFIGURATION.format(
        module=os.environ["MUSTER_NGINX_MODULE"], work=tmp_path, port=port,
        user=getpass.getuser()))
    nginx = subprocess.Popen([os.environ["MUSTER_NGINX"], "-p", tmp_path, "-c",
                              tmp_path / "nginx.conf"], stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        until_it_answers(url + "/healthz", nginx)
        yield url
    finally:
        nginx.terminate()
        nginx.wait(60)


def test_an_error_page_of_nginxs_own_is_not_taken_for_the_path_that_was_asked_for(base):
    status, _, body = get(base + "/v1/hosts")
    assert (status, body) == (403, b"not for you")


def test_bytes_that_nginx_changes_go_without_the_strong_tag(base):
    _, plain, body = get(base + "/v1/rootfs")
    _, zipped, zipped_body = get(base + "/v1/rootfs", **{"Accept-Encoding": "gzip"})
    assert gzip.decompress(zipped_body) == body
    assert zipped["ETag"] == "W/" + plain["ETag"]
    assert get(base + "/v1/rootfs", **{"If-None-Match": zipped["ETag"]})[0] == 304
