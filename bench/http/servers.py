"""The servers that are measured: how each is started on one core, asked, and stopped."""

import getpass
import grp
import http.client
import os
import pathlib
import socket
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
ADAPTERS = ("beast", "civetweb", "evhttp", "h2o", "httplib", "microhttpd", "restinio")
START_SECONDS = 10


class ServerFault(Exception):
    """A server does not run, or does not answer as it must."""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def nginx_configuration(text, port, page, sendfile=False):
    """nginx.conf with what it lacks. Only root may, and must, say as whom nginx works,
    for the file is the user's who measures."""
    user = ""
    if os.geteuid() == 0:
        user = f"user {getpass.getuser()} {grp.getgrgid(os.getegid()).gr_name};"
    values = {"USER": user, "PORT": port, "PAGE": page, "SENDFILE": "on" if sendfile else "off"}
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    return text


class Server:
    """One process, or a process and its children, that listen on a port."""

    def __init__(self, name, command, core):
        self.name = name
        self._command = command
        self._core = core
        self._process = None
        self.port = None

    def __enter__(self):
        self.port = free_port()
        words = ["taskset", "-c", str(self._core), *map(str, self._command(self.port))]
        # nginx says on stderr that a signal has ended it, which is no fault.
        self._process = subprocess.Popen(words, stdout=subprocess.DEVNULL,
                                         stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + START_SECONDS
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._process.kill()
                said = self._process.communicate()[1].strip()
                raise ServerFault(f"{self.name} does not listen: {said}")
            time.sleep(0.02)
        return self

    def __exit__(self, *_):
        self._process.terminate()
        try:
            self._process.communicate(timeout=START_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    def _listens(self):
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self.port)) == 0

    def get(self, targets):
        """Status, header fields in lower case and body of each, over one connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        answers = []
        for target in targets:
            connection.request("GET", target)
            answer = connection.getresponse()
            fields = {name.lower(): value for name, value in answer.getheaders()}
            answers.append((answer.status, fields, answer.read()))
        connection.close()
        return answers

    def cpu_ns(self):
        """The time on the processor of all threads, the children's too."""
        return sum(_process_cpu_ns(pid) for pid in _with_children(self._process.pid))


def _with_children(pid):
    pids = [pid]
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            pids += _with_children(int(child))
    return pids


def _process_cpu_ns(pid):
    tasks = pathlib.Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)


def make_servers(programs, site, core):
    """By name, those whose programs are there: NAME, NAME_constant, serve and nginx, with
    sendfile and without."""
    servers = {}

    def add(name, command):
        servers[name] = Server(name, command, core)

    for adapter in ADAPTERS:
        program = programs / f"bench_http_{adapter}"
        if program.exists():
            add(adapter, lambda port, p=program: [p, site.store, port])
            add(f"{adapter}_constant",
                lambda port, p=program: [p, site.store, port, site.constant])
    add("serve", lambda port: [programs.parent / "muster", "serve", "--threads", "1", "--db",
                               site.store, "--listen", f"127.0.0.1:{port}"])

    def nginx(port, sendfile):
        text = (HERE / "nginx.conf").read_text(encoding="utf-8")
        configuration = site.directory / "nginx.conf"
        configuration.write_text(nginx_configuration(text, port, site.constant, sendfile))
        return ["nginx", "-e", "stderr", "-p", site.directory, "-c", configuration]

    add("nginx", lambda port: nginx(port, sendfile=False))
    add("nginx_sendfile", lambda port: nginx(port, sendfile=True))
    return servers


def groups(servers):
    """Ours, the one that it is held against, and others that stand beside them. nginx is
    faster without sendfile where a file is as short as this."""
    found = [(name, f"{name}_constant") for name in ADAPTERS if name in servers]
    return found + [("serve", "nginx", "nginx_sendfile")]
