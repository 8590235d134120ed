"""The catalog that a server under test serves. As a program, prints it:

    python3 tests/conformance/catalog.py | muster import - --db var/conformance
"""

import json

KEY = "sk_live_0123456789abcdef"
OTHER_KEY = "sk_live_fedcba9876543210"
STRANGE_KEY = "%41%0A%zz+&=?#/;:\"'\\~{}[]"  # a field's value is not to be decoded


def shapes():
    for i in range(60):
        yield {"id": f"s-{i:03}", "vcpu": 1 + i * 7 % 5, "mem_mib": 256 << i % 4,
               "default_disk_mib": 10240 * (1 + i % 3), "disabled": i % 20 == 19}
    yield {"id": "s-quota", "vcpu": 1, "mem_mib": 256, "default_disk_mib": 0,
           "cpu_quota_pct": 25}


def rootfs():
    yield {"name": "devbox:1", "default": True, "deprecated": True, "successor": "devbox:2"}
    yield {"name": "devbox:2", "description": 'Debian, with "tools" \\ and \u2713'}
    yield {"name": "gone", "disabled": True}
    yield {"name": "node", "successor": "gone"}


def hosts():
    # More than the largest page holds.
    for i in range(620):
        yield {"id": f"10.0.{i // 256}.{i % 256}", "free_mib": i * 512, "vm_count": i,
               "status": ("active", "draining", "dead")[i % 3], "disabled": i % 31 == 30,
               "rootfses": ["devbox:1", "gone", f"custom-{i}"][:i % 4]}


def users():
    yield {"id": "usr_01K", "api_keys": [KEY, "8bytes!!"],
           "stats": {"running": 3, "paused": 1, "other": 0, "total": 47}}
    yield {"id": 'usr "2"', "api_keys": [OTHER_KEY]}
    yield {"id": "usr_strange", "api_keys": [STRANGE_KEY], "stats": {"total": 1}}


DOCUMENT = {
    "shapes": list(shapes()),
    "rootfs": list(rootfs()),
    "hosts": list(hosts()),
    "users": list(users()),
}

if __name__ == "__main__":
    print(json.dumps(DOCUMENT))
