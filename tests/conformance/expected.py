"""What docs/http-api.md says that a server answers, made from the catalog document.

It shares nothing with the engine: written from the rules, in the simplest way.
"""

import dataclasses
import json
import re

JSON = "application/json"
ANY_TAG = object()  # an ETag, which is the server's own


@dataclasses.dataclass(frozen=True)
class Expected:
    status: int
    headers: dict  # names in lower case; exactly these, beside the server's own
    body: bytes


def text(value):
    """Compact JSON, escaped as RapidJSON's Writer does: hex digits are capitals."""
    dumped = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return re.sub(r"(?:\\[^u])+|\\u[0-9a-f]{4}",
                  lambda m: "\\u" + m[0][2:].upper() if m[0][1] == "u" else m[0], dumped)


def answer(status, value, cache="no-store", **more):
    body = text(value).encode()
    headers = {"content-type": JSON, "cache-control": cache, "content-length": str(len(body)),
               **{name.replace("_", "-"): held for name, held in more.items()}}
    return Expected(status, headers, body)


def success(data, **more):
    return answer(200, {"status": "success", "data": data}, **more)


def a_list(data):
    return success(data, cache="no-cache", etag=ANY_TAG)


def fail(status, code, key, words, **more):
    return answer(status, {"status": "fail", "data": {"code": code, key: words}}, **more)


HEALTHZ = success({"up": True})
READYZ = success({"ready": True})
NOT_FOUND = fail(404, "not_found", "path", "no such endpoint")
METHOD_NOT_ALLOWED = fail(405, "method_not_allowed", "method", "use GET or HEAD",
                          allow="GET, HEAD")
UNAUTHORIZED = fail(401, "unauthorized", "message", "missing or invalid API key",
                    www_authenticate="ApiKey")
NOT_MODIFIED = Expected(304, {"cache-control": "no-cache", "etag": ANY_TAG}, b"")
BAD_LIMIT = fail(400, "invalid_query", "limit", "must be an integer of at least 1")
BAD_OFFSET = fail(400, "invalid_query", "offset",
                  "must be an integer from 0 to 9007199254740991")
LIMIT_TWICE = fail(400, "invalid_query", "limit", "given more than once")
OFFSET_TWICE = fail(400, "invalid_query", "offset", "given more than once")


def shown(entries, *keys):
    """Of each entry that is not disabled, these keys, in this order."""
    return [{key: entry[key] for key in keys if key in entry}
            for entry in entries if not entry.get("disabled")]


def bytewise(value):
    return value.encode()


class Catalog:
    """The answers over one catalog document."""

    def __init__(self, document):
        self.document = document
        self.all_shapes = sorted(
            shown(document.get("shapes", []), "id", "vcpu", "mem_mib", "default_disk_mib",
                  "cpu_quota_pct"),
            key=lambda s: (s["vcpu"], s["mem_mib"], s["default_disk_mib"], bytewise(s["id"])))
        disabled = {r["name"] for r in document.get("rootfs", []) if r.get("disabled")}
        self.all_hosts = sorted(
            shown(document.get("hosts", []), "id", "status", "free_mib", "vm_count", "rootfses"),
            key=lambda h: bytewise(h["id"]))
        for host in self.all_hosts:
            names = [name for name in host.pop("rootfses", []) if name not in disabled]
            if names:
                host["rootfses"] = names

    def total(self, path):
        return len(self.entries(path))

    def entries(self, path):
        return {"/v1/shapes": self.all_shapes, "/v1/hosts": self.all_hosts}[path]

    def page(self, path, limit=50, offset=0):
        entries = self.entries(path)
        part = entries[offset:offset + limit]
        return a_list({"data": part, "pagination": {
            "total": len(entries), "limit": limit, "offset": offset, "count": len(part)}})

    def rootfs(self):
        entries = {r["name"]: r for r in self.document.get("rootfs", [])}
        enabled = sorted((name for name in entries if not entries[name].get("disabled")),
                         key=bytewise)
        data = {"rootfs": enabled, "default": self.default_rootfs(entries, enabled)}
        objects = [self.rootfs_entry(entries[name], enabled) for name in enabled]
        if any(len(entry) > 1 for entry in objects):
            data["entries"] = objects
        return a_list(data)

    @staticmethod
    def default_rootfs(entries, enabled):
        name = next((n for n, entry in entries.items() if entry.get("default")), None)
        seen = set()
        while name in entries and name not in seen:
            if name in enabled:
                return name
            seen.add(name)
            name = entries[name].get("successor")
        fresh = [n for n in enabled if not entries[n].get("deprecated")]
        return (fresh or enabled or [""])[0]

    @staticmethod
    def rootfs_entry(entry, enabled):
        row = {"name": entry["name"]}
        if entry.get("description"):
            row["description"] = entry["description"]
        if entry.get("deprecated"):
            row["deprecated"] = True
        if entry.get("successor") in enabled:
            row["successor"] = entry["successor"]
        return row

    def keys(self):
        """The keys of all users, those of one user together."""
        return [user["api_keys"] for user in self.document.get("users", [])
                if user.get("api_keys")]

    def whoami(self, key):
        user = next(user for user in self.document["users"] if key in user.get("api_keys", []))
        stats = {name: user.get("stats", {}).get(name, 0)
                 for name in ("running", "paused", "other", "total")}
        return success({"user_id": user["id"], "stats": stats})

    def get(self, target, key=None):
        """The answer to GET of one of the six paths."""
        if target in ("/v1/shapes", "/v1/hosts"):
            return self.page(target)
        if target == "/v1/rootfs":
            return self.rootfs()
        if target == "/v1/whoami":
            return self.whoami(key) if key else UNAUTHORIZED
        return {"/healthz": HEALTHZ, "/readyz": READYZ}[target]
