"""The things that a catalog holds, as plain values.

A value may hold anything; what is allowed is checked when it is put into a
WriteBatch, by the same rules for every caller of the engine.
"""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ._errors import Error


@dataclass(slots=True, kw_only=True)
class Shape:
    """A size of machine that a sandbox can be created with."""

    id: str
    vcpu: int
    mem_mib: int
    default_disk_mib: int
    cpu_quota_pct: int | None = None  # percent of one CPU
    disabled: bool = False
    version: int = field(default=0, compare=False, repr=False)  # of its last change


@dataclass(slots=True, kw_only=True)
class Rootfs:
    """An image that a sandbox's root file system can be made from."""

    name: str
    description: str = ""
    deprecated: bool = False
    successor: str = ""
    default: bool = False
    disabled: bool = False
    version: int = field(default=0, compare=False, repr=False)  # of its last change


@dataclass(slots=True, kw_only=True)
class Host:
    """A machine that sandboxes run on."""

    id: str
    status: str  # "active", "draining" or "dead"
    free_mib: int
    vm_count: int
    rootfses: list[str] = field(default_factory=list)
    disabled: bool = False
    version: int = field(default=0, compare=False, repr=False)  # of its last change
    # Told when read, ignored when put: not heard of, so that clients see it as dead.
    silent: bool = field(default=False, compare=False, repr=False)


@dataclass(slots=True, kw_only=True)
class UserStats:
    """How many sandboxes a user has."""

    running: int = 0
    paused: int = 0
    other: int = 0  # in any other state that is not terminal
    total: int = 0  # ever owned, ended ones included


@dataclass(slots=True, kw_only=True)
class User:
    """A user, as it is put: what is None stays as it is in the store.

    API keys are never read back, and never shown by repr().
    """

    id: str
    stats: UserStats | None = None
    api_keys: list[str] | None = field(default=None, repr=False)


@dataclass(slots=True, kw_only=True)
class ApiKeyInfo:
    """What a catalog knows of an API key: not the key itself."""

    id: str  # names the key when revoking
    user_id: str
    label: str
    hint: str  # the key's last four characters; "" for a short one
    created_unix_ms: int


@dataclass(slots=True, kw_only=True)
class Sandbox:
    """What is kept of a sandbox: its latest event, and when it ended."""

    id: str
    user_id: str
    status: str
    sequence: int
    ended_unix_ms: int | None = None
    user_deleted: bool = False  # with all sandboxes: it counts for nobody


@dataclass(slots=True, kw_only=True)
class Miscount:
    """A user whose counts are not what the records of the sandboxes come to."""

    user_id: str
    recorded: UserStats
    counted: UserStats


@dataclass(slots=True, kw_only=True)
class RecountReport:
    """What a recount found."""

    user_count: int
    sandbox_count: int
    miscounts: list[Miscount]
    repaired: bool


@dataclass(slots=True, kw_only=True)
class SkippedChange:
    """A change that was left out while the rest of its batch was applied."""

    kind: str  # "heartbeat" or "sandbox_event"
    index: int  # of all of that kind in the batch, from 0
    reason: Error


@dataclass(slots=True, kw_only=True)
class ApplyReport:
    """What applying a batch came to."""

    version: int
    skipped: list[SkippedChange] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Change:
    """A record that a batch changed, as Catalog.changes() tells of it."""

    list: str  # "shapes", "rootfs", "hosts" or "users"
    id: str
    kind: str  # "put" or "delete"
    version: int  # of the batch
    cursor: str  # where to go on from, once this change is taken in


Entry = TypeVar("Entry")


@dataclass(slots=True, kw_only=True)
class Page(Generic[Entry]):
    """A part of a list; `limit` and `offset` are those that were used."""

    items: list[Entry]
    total: int
    limit: int
    offset: int


@dataclass(slots=True, kw_only=True)
class RootfsView:
    """The rootfs list as clients see it."""

    names: list[str]
    default: str  # "" where none is enabled
    entries: list[Rootfs]
