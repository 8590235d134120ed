"""What `make bench-http` has measured: its figures, and its part of docs/benchmarks.md."""

import pathlib

from units import count_text, table, time_text

TEXT = pathlib.Path(__file__).with_name("http") / "report.md"

FRAMEWORKS = {
    "beast": "Boost.Beast", "civetweb": "CivetWeb", "evhttp": "libevent's evhttp",
    "h2o": "libh2o", "httplib": "cpp-httplib", "microhttpd": "libmicrohttpd",
    "restinio": "RESTinio",
}


def _round(server, field):
    """The median of the ratios that a server's rounds have."""
    return lambda r: r.median(field, "http", server=server)


FIGURES = {
    f"http_{name}_{figure}": _round(name, field)
    for name in FRAMEWORKS
    for figure, field in (("over_constant", "over_peer"), ("cpu_over_constant", "cpu_over_peer"))
} | {
    "http_serve_over_nginx_file": _round("serve", "over_peer"),
    "http_serve_p99_over_nginx_file": _round("serve", "p99_over_peer"),
}


def _server(results, label, server):
    """The row of one server; how busy it was tells who was the slower of it and wrk."""
    per_s, p99_us, busy = (
        results.median(field, "http", server=server) for field in ("per_s", "p99_us", "busy")
    )
    return (label, count_text(per_s), time_text(p99_us * 1e3),
            time_text(results.cpu_ns("http", server=server)), f"{100 * busy:.0f} %")


def _servers(results):
    rows = []
    for name, label in FRAMEWORKS.items():
        rows.append(_server(results, f"{label}, Muster", name))
        rows.append(_server(results, f"{label}, constant", f"{name}_constant"))
    rows.append(_server(results, "`muster serve --threads 1`", "serve"))
    rows.append(_server(results, "nginx, one worker, file", "nginx"))
    rows.append(_server(results, "nginx, the same with `sendfile`", "nginx_sendfile"))
    return table(("server", "requests a second", "p99", "CPU a request", "its core in use"), rows)


def section(results):
    """The part of the page, without a heading."""
    if not results.measured("http"):
        return "Not measured here yet: `make bench-http`."
    context = results.context
    fields = {
        "servers": _servers(results), "date": context["http_date"][:10],
        "rounds": context["http_rounds"], "seconds": context["http_seconds"],
        "connections": context["http_connections"],
        "wrk": context["wrk_version"], "nginx": context["nginx_version"],
    }
    text = TEXT.read_text(encoding="utf-8").strip()
    for name, value in fields.items():
        text = text.replace("{{" + name + "}}", str(value))
    return text
