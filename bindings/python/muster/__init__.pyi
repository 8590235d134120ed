"""Types of the package muster."""

from _typeshed import StrOrBytesPath
from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Generic, Literal, Protocol, TypeAlias, TypeVar, final

__version__: str

_HeaderValue: TypeAlias = str | bytes | Iterable[str] | Iterable[bytes]
_Headers: TypeAlias = (
    Mapping[str, _HeaderValue]
    | Mapping[bytes, _HeaderValue]
    | Iterable[tuple[str, _HeaderValue]]
    | Iterable[tuple[bytes, _HeaderValue]]
)
_PublicList: TypeAlias = Literal["shapes", "rootfs", "hosts"]
_SandboxStatus: TypeAlias = Literal[
    "creating",
    "running",
    "pausing",
    "paused",
    "resuming",
    "forking",
    "error",
    "destroying",
    "destroyed",
    "failed",
]
_HostStatus: TypeAlias = Literal["active", "draining", "dead"]

_Message: TypeAlias = MutableMapping[str, Any]
_Scope: TypeAlias = MutableMapping[str, Any]
_Receive: TypeAlias = Callable[[], Awaitable[_Message]]
_Send: TypeAlias = Callable[[_Message], Awaitable[None]]
_ASGIApplication: TypeAlias = Callable[[_Scope, _Receive, _Send], Awaitable[None]]

class _MusterWSGI(Protocol):
    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse, /
    ) -> Iterable[bytes]: ...
    def open(self) -> None: ...

class _MusterASGI(Protocol):
    def __call__(self, scope: _Scope, receive: _Receive, send: _Send, /) -> Awaitable[None]: ...
    def open(self) -> None: ...

class _BinaryFile(Protocol):
    def read(self, size: int, /) -> bytes: ...

class Error(Exception): ...
class Cancelled(Error): ...
class Unknown(Error): ...
class InvalidArgument(Error, ValueError): ...
class DeadlineExceeded(Error): ...
class NotFound(Error): ...
class AlreadyExists(Error): ...
class PermissionDenied(Error): ...
class ResourceExhausted(Error): ...
class FailedPrecondition(Error): ...
class Aborted(Error): ...
class OutOfRange(Error): ...
class Unimplemented(Error): ...
class Internal(Error): ...
class Unavailable(Error): ...
class DataLoss(Error): ...
class Unauthenticated(Error): ...

@dataclass(slots=True, kw_only=True)
class Shape:
    id: str
    vcpu: int
    mem_mib: int
    default_disk_mib: int
    cpu_quota_pct: int | None = None
    disabled: bool = False
    version: int = 0

@dataclass(slots=True, kw_only=True)
class Rootfs:
    name: str
    description: str = ""
    deprecated: bool = False
    successor: str = ""
    default: bool = False
    disabled: bool = False
    version: int = 0

@dataclass(slots=True, kw_only=True)
class Host:
    id: str
    status: str
    free_mib: int
    vm_count: int
    rootfses: list[str] = field(default_factory=list)
    disabled: bool = False
    version: int = 0
    silent: bool = field(default=False, compare=False)

@dataclass(slots=True, kw_only=True)
class UserStats:
    running: int = 0
    paused: int = 0
    other: int = 0
    total: int = 0

@dataclass(slots=True, kw_only=True)
class User:
    id: str
    stats: UserStats | None = None
    api_keys: list[str] | None = field(default=None, repr=False)

@dataclass(slots=True, kw_only=True)
class ApiKeyInfo:
    id: str
    user_id: str
    label: str
    hint: str
    created_unix_ms: int

@dataclass(slots=True, kw_only=True)
class Sandbox:
    id: str
    user_id: str
    status: str
    sequence: int
    ended_unix_ms: int | None = None
    user_deleted: bool = False

@dataclass(slots=True, kw_only=True)
class Miscount:
    user_id: str
    recorded: UserStats
    counted: UserStats

@dataclass(slots=True, kw_only=True)
class RecountReport:
    user_count: int
    sandbox_count: int
    miscounts: list[Miscount]
    repaired: bool

@dataclass(slots=True, kw_only=True)
class SkippedChange:
    kind: str
    index: int
    reason: Error

@dataclass(slots=True, kw_only=True)
class ApplyReport:
    version: int
    skipped: list[SkippedChange] = field(default_factory=list)

@dataclass(slots=True, kw_only=True)
class Change:
    list: Literal["shapes", "rootfs", "hosts", "users"]
    id: str
    kind: Literal["put", "delete"]
    version: int
    cursor: str

_Entry = TypeVar("_Entry")

@dataclass(slots=True, kw_only=True)
class Page(Generic[_Entry]):
    items: list[_Entry]
    total: int
    limit: int
    offset: int

@dataclass(slots=True, kw_only=True)
class RootfsView:
    names: list[str]
    default: str
    entries: list[Rootfs]

@final
class Response:
    @property
    def status(self) -> int: ...
    @property
    def reason(self) -> str: ...
    @property
    def headers(self) -> dict[str, str]: ...
    @property
    def body(self) -> bytes: ...
    @property
    def spans(self) -> tuple[memoryview, ...]: ...

@final
class WriteBatch:
    def __init__(self) -> None: ...
    def put_shape(self, shape: Shape) -> None: ...
    def put_rootfs(self, rootfs: Rootfs) -> None: ...
    def put_host(self, host: Host) -> None: ...
    def put_user(
        self,
        user: User | str,
        *,
        stats: UserStats | None = None,
        api_keys: Iterable[str] | None = None,
    ) -> None: ...
    def delete_shape(self, id: str) -> None: ...
    def delete_rootfs(self, name: str) -> None: ...
    def delete_host(self, id: str) -> None: ...
    def delete_user(self, id: str, *, with_sandboxes: bool = False) -> None: ...
    def replace(
        self, list: _PublicList | Literal["users"], *, with_sandboxes: bool = False
    ) -> None: ...
    def require_version(self, list: _PublicList | Literal["users"], id: str | None, version: int) -> None: ...
    def set_disabled(self, list: _PublicList, id: str, disabled: bool = True) -> None: ...
    def set_host_status(self, id: str, status: _HostStatus) -> None: ...
    def heartbeat(self, host_id: str, free_mib: int, vm_count: int) -> None: ...
    def set_default_rootfs(self, name: str) -> None: ...
    def set_user_stats(
        self,
        user_id: str,
        *,
        running: int = 0,
        paused: int = 0,
        other: int = 0,
        total: int = 0,
    ) -> None: ...
    def record_sandbox(
        self, *, sandbox_id: str, user_id: str, status: _SandboxStatus, sequence: int
    ) -> None: ...
    def skip_faulty_events(self) -> None: ...
    def create_api_key(self, user_id: str, label: str = "") -> str: ...
    def add_api_key(self, user_id: str, api_key: str, label: str = "") -> None: ...
    def revoke_api_key(self, id_or_key: str) -> None: ...
    def status(self) -> Error | None: ...
    def size(self) -> int: ...
    def __len__(self) -> int: ...
    def empty(self) -> bool: ...
    def clear(self) -> None: ...

@final
class Snapshot:
    @property
    def version(self) -> int: ...
    @property
    def cursor(self) -> str: ...
    def list_version(self, list: _PublicList) -> int: ...
    def etag(self, list: _PublicList) -> str: ...
    def shapes(self, limit: int = 50, offset: int = 0) -> Page[Shape]: ...
    def hosts(self, limit: int = 50, offset: int = 0) -> Page[Host]: ...
    def rootfs(self) -> RootfsView: ...
    def find_shape(self, id: str) -> Shape | None: ...
    def find_rootfs(self, name: str) -> Rootfs | None: ...
    def find_host(self, id: str) -> Host | None: ...
    def all_shapes(self) -> list[Shape]: ...
    def all_rootfs(self) -> list[Rootfs]: ...
    def all_hosts(self) -> list[Host]: ...
    def resolve_shape(self, id: str) -> Shape: ...
    def resolve_rootfs(self, name: str | None = None) -> Rootfs: ...

@final
class Handler:
    def handle(
        self,
        method: str | bytes,
        target: str | bytes,
        headers: _Headers | None = None,
        *,
        user_id: str | None = None,
    ) -> Response | None: ...
    @staticmethod
    def not_found(
        method: str | bytes, target: str | bytes, headers: _Headers | None = None
    ) -> Response: ...
    @staticmethod
    def without_catalog(
        reason: str,
        *,
        mount_prefix: str = "",
        serve_shapes: bool = True,
        serve_rootfs: bool = True,
        serve_hosts: bool = True,
        serve_whoami: bool = True,
        serve_healthz: bool = True,
        serve_readyz: bool = True,
        hosts_require_credential: bool = False,
        readiness_check: Callable[[], bool | str | None] | None = None,
    ) -> Handler: ...

@final
class Changes:
    def __iter__(self) -> Changes: ...
    def __next__(self) -> Change: ...
    @property
    def cursor(self) -> str: ...

@final
class Catalog:
    @staticmethod
    def open(
        path: StrOrBytesPath,
        *,
        durability: Literal["durable", "relaxed"] = "durable",
        flush_interval_ms: int = 100,
        change_log_entries: int = 0,
        create_if_missing: bool = True,
        map_size_bytes: int = 17179869184,
        max_map_size_bytes: int = 70368744177664,
        allow_network_file_system: bool = False,
        identity_cache_bytes: int = 134217728,
        tombstone_retention_ms: int = 0,
        host_timeout_ms: int = 0,
    ) -> Catalog: ...
    @staticmethod
    def in_memory() -> Catalog: ...
    def close(self) -> None: ...
    def __enter__(self) -> Catalog: ...
    def __exit__(
        self,
        type: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None: ...
    def snapshot(self) -> Snapshot: ...
    def apply(self, batch: WriteBatch) -> ApplyReport: ...
    def flush(self) -> None: ...
    def catch_up(self) -> None: ...
    def check_ready(self) -> None: ...
    def changes(
        self, after: str = "", *, page_size: int = 1000, wait_ms: int | None = 0
    ) -> Changes: ...
    def wait_for_version(self, version: int, timeout_ms: int | None = None) -> None: ...
    def wait_for_change(self, after: str, timeout_ms: int | None = None) -> None: ...
    def find_user(self, user_id: str) -> User | None: ...
    def user_version(self, user_id: str) -> int: ...
    def user_stats(self, user_id: str) -> UserStats: ...
    def find_user_by_api_key(self, api_key: str) -> str: ...
    def api_keys(self, user_id: str | None = None) -> list[ApiKeyInfo]: ...
    def find_sandbox(self, sandbox_id: str) -> Sandbox | None: ...
    def recount(self, *, repair: bool = False) -> RecountReport: ...
    def import_document(
        self,
        document: str | bytes | bytearray | memoryview | _BinaryFile,
        replace: bool = False,
        *,
        with_sandboxes: bool = False,
    ) -> None: ...
    def export_document(self) -> bytes: ...
    def handle(
        self,
        method: str | bytes,
        target: str | bytes,
        headers: _Headers | None = None,
        *,
        user_id: str | None = None,
    ) -> Response | None: ...
    def handler(
        self,
        *,
        mount_prefix: str = "",
        serve_shapes: bool = True,
        serve_rootfs: bool = True,
        serve_hosts: bool = True,
        serve_whoami: bool = True,
        serve_healthz: bool = True,
        serve_readyz: bool = True,
        hosts_require_credential: bool = False,
        readiness_check: Callable[[], bool | str | None] | None = None,
    ) -> Handler: ...

def wsgi(
    catalog: Catalog | StrOrBytesPath | Callable[[], Catalog],
    *,
    next: WSGIApplication | None = None,
    user_id: Callable[[WSGIEnvironment], str | None] | None = None,
    mount_prefix: str = "",
    serve_shapes: bool = True,
    serve_rootfs: bool = True,
    serve_hosts: bool = True,
    serve_whoami: bool = True,
    serve_healthz: bool = True,
    serve_readyz: bool = True,
    hosts_require_credential: bool = False,
    readiness_check: Callable[[], bool | str | None] | None = None,
) -> _MusterWSGI: ...

def asgi(
    catalog: Catalog | StrOrBytesPath | Callable[[], Catalog],
    *,
    next: _ASGIApplication | None = None,
    user_id: Callable[[_Scope], str | None] | None = None,
    mount_prefix: str = "",
    serve_shapes: bool = True,
    serve_rootfs: bool = True,
    serve_hosts: bool = True,
    serve_whoami: bool = True,
    serve_healthz: bool = True,
    serve_readyz: bool = True,
    hosts_require_credential: bool = False,
    readiness_check: Callable[[], bool | str | None] | None = None,
) -> _MusterASGI: ...
