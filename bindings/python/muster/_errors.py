"""One exception for each code that a status of the engine can have."""


class Error(Exception):
    """What the engine reports. Its text is one line that says what to do."""


class Cancelled(Error):
    pass


class Unknown(Error):
    pass


class InvalidArgument(Error, ValueError):
    """A value that breaks a rule; the text names the place and the rule."""


class DeadlineExceeded(Error):
    pass


class NotFound(Error):
    """There is no entry of that name."""


class AlreadyExists(Error):
    pass


class PermissionDenied(Error):
    """The store's files may not be read and written."""


class ResourceExhausted(Error):
    """The store is full."""


class FailedPrecondition(Error):
    """Not in this state: the catalog is closed, the entry is disabled, ..."""


class Aborted(Error):
    pass


class OutOfRange(Error):
    pass


class Unimplemented(Error):
    pass


class Internal(Error):
    pass


class Unavailable(Error):
    """The store cannot be reached now; the same call may work later."""


class DataLoss(Error):
    """The store is damaged."""


class Unauthenticated(Error):
    pass
