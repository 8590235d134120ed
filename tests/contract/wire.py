"""What the tests say often: put entries in, ask, and read the answer."""

import json

import muster

LISTS = ["/v1/shapes", "/v1/rootfs", "/v1/hosts"]
PAGED = ["/v1/shapes", "/v1/hosts"]
ENDPOINTS = [*LISTS, "/v1/whoami", "/healthz", "/readyz"]

API_KEY = "sk_test_0123456789abcdef"

UNAUTHORIZED = (
    b'{"status":"fail","data":{"code":"unauthorized","message":"missing or invalid API key"}}'
)


def shape(id, vcpu=1, mem_mib=1024, default_disk_mib=10240, **more):
    return muster.Shape(
        id=id, vcpu=vcpu, mem_mib=mem_mib, default_disk_mib=default_disk_mib, **more
    )


def rootfs(name, **more):
    return muster.Rootfs(name=name, **more)


def host(id, status="active", free_mib=8192, vm_count=0, **more):
    return muster.Host(id=id, status=status, free_mib=free_mib, vm_count=vm_count, **more)


def put(catalog, *entries):
    """Applies one batch that puts the entries, in order."""
    batch = muster.WriteBatch()
    for entry in entries:
        match entry:
            case muster.Shape():
                batch.put_shape(entry)
            case muster.Rootfs():
                batch.put_rootfs(entry)
            case muster.Host():
                batch.put_host(entry)
            case muster.User():
                batch.put_user(entry)
    catalog.apply(batch)


def change(catalog, method, *arguments, **named):
    """Applies a batch of one call: change(catalog, "delete_host", "10.0.0.1")."""
    batch = muster.WriteBatch()
    getattr(batch, method)(*arguments, **named)
    catalog.apply(batch)


def put_user(catalog, id="usr_01K", api_key=API_KEY, **stats):
    put(
        catalog,
        muster.User(id=id, api_keys=[api_key], stats=muster.UserStats(**stats)),
    )


def document(**lists):
    return json.dumps(lists, ensure_ascii=False)


def load(catalog, replace=False, **lists):
    catalog.import_document(document(**lists), replace=replace)


def get(catalog, target, headers=None, **more):
    return catalog.handle("GET", target, headers, **more)


def success(data):
    return b'{"status":"success","data":' + data.encode() + b"}"


def fail(code, key, text):
    return f'{{"status":"fail","data":{{"code":"{code}","{key}":"{text}"}}}}'.encode()


def data(catalog, target, headers=None):
    """The `data` of a 200."""
    response = get(catalog, target, headers)
    assert response.status == 200, response.body
    return json.loads(response.body)["data"]


def rows(catalog, target):
    """The entries on a page."""
    return data(catalog, target)["data"]


def ids(catalog, target):
    return [row["id"] for row in rows(catalog, target)]


def etag(catalog, target):
    return get(catalog, target).headers["ETag"]


def etags(catalog):
    return {target: etag(catalog, target) for target in LISTS}
