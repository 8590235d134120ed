"""Muster: an embeddable catalog engine for sandbox and VM platforms.

It keeps the shapes, rootfs images, hosts and users of a platform in a store,
and answers the "Catalog & Identity" HTTP API from memory.

    import muster

    with muster.Catalog.open("var/db") as catalog:
        batch = muster.WriteBatch()
        batch.put_shape(muster.Shape(id="s-1vcpu-1gb", vcpu=1, mem_mib=1024,
                                     default_disk_mib=10240))
        catalog.apply(batch)
        response = catalog.handle("GET", "/v1/shapes")

What goes wrong is raised as a subclass of muster.Error.
"""

from ._asgi import asgi
from ._errors import (
    Aborted,
    AlreadyExists,
    Cancelled,
    DataLoss,
    DeadlineExceeded,
    Error,
    FailedPrecondition,
    Internal,
    InvalidArgument,
    NotFound,
    OutOfRange,
    PermissionDenied,
    ResourceExhausted,
    Unauthenticated,
    Unavailable,
    Unimplemented,
    Unknown,
)
from ._model import (
    ApiKeyInfo,
    Change,
    ApplyReport,
    Host,
    Miscount,
    Page,
    RecountReport,
    Rootfs,
    RootfsView,
    Sandbox,
    Shape,
    SkippedChange,
    User,
    UserStats,
)
from ._muster import Catalog, Changes, Handler, Response, Snapshot, WriteBatch, __version__
from ._wsgi import wsgi

__all__ = [
    "Aborted",
    "AlreadyExists",
    "ApiKeyInfo",
    "ApplyReport",
    "Cancelled",
    "Catalog",
    "Change",
    "Changes",
    "DataLoss",
    "DeadlineExceeded",
    "Error",
    "FailedPrecondition",
    "Handler",
    "Host",
    "Internal",
    "InvalidArgument",
    "Miscount",
    "NotFound",
    "OutOfRange",
    "Page",
    "PermissionDenied",
    "RecountReport",
    "ResourceExhausted",
    "Response",
    "Rootfs",
    "RootfsView",
    "Sandbox",
    "Shape",
    "SkippedChange",
    "Snapshot",
    "Unauthenticated",
    "Unavailable",
    "Unimplemented",
    "Unknown",
    "User",
    "UserStats",
    "WriteBatch",
    "__version__",
    "asgi",
    "wsgi",
]

# In which file of the package a class stands is nobody's business but ours.
for _name in __all__:
    if isinstance(globals()[_name], type):
        globals()[_name].__module__ = __name__
del _name
