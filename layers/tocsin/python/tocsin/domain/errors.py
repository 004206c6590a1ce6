"""The one tree of errors.

TocsinError
├── InvalidInput          the sender's fault: a 4xx, never retried
│   ├── InvalidPayload    the whole request cannot be read
│   ├── InvalidAlert      one alert of a request cannot be read
│   ├── Unauthorized      no key, or not one that may do this
│   │   └── InvalidSignature  a signature is missing, wrong or too old
│   ├── TooLarge          above a documented size or count
│   └── TooManyRequests   above a limit of the sender's
│       └── Overloaded    more than the pipeline can take now
├── ConfigurationError    the operator's fault: says what to fix
│   └── TemplateError     a template that is wrong, or goes on for too long
├── Retryable             try again, not before `retry_after_s`
│   ├── Conflict          somebody else changed the same state first
│   ├── Throttled         the other side is well and asks for fewer calls
│   ├── PartlyTaken       some of whom it is for have it, and others may take it later
│   └── BreakerOpen       nothing was sent: the other side failed, and is left alone for a while
└── Permanent             trying again cannot help
    └── Unsendable        so much so that nothing was sent

Adapters translate a vendor's errors into these at the edge; nobody above an adapter
catches a vendor's exception.
"""


class TocsinError(Exception):
    """Every error that tocsin raises on purpose."""


class InvalidInput(TocsinError):
    """What the sender sent is wrong; `path` says where, in JSON terms.

    `status` (HTTP) and `code` are those of the class unless given.
    """

    status = 422
    code = "invalid_input"

    def __init__(
        self, message: str, path: str = "", *, status: int | None = None, code: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        if status is not None:
            self.status = status
        if code is not None:
            self.code = code


class InvalidPayload(InvalidInput):
    """A request body that its provider's module does not understand."""

    code = "invalid_payload"


class InvalidAlert(InvalidInput):
    """One alert among others that does not hold what an alert needs."""

    code = "invalid_alert"


class Unauthorized(InvalidInput):
    """A request without a valid key; one answer for every reason."""

    status = 401
    code = "unauthorized"


class InvalidSignature(Unauthorized):
    """A request whose signature is not right; one answer for every reason."""

    code = "invalid_signature"

    def __init__(self) -> None:
        super().__init__("no valid signature")


class TooLarge(InvalidInput):
    """A request above a documented limit of bytes or of alerts."""

    status = 413
    code = "too_large"


class TooManyRequests(InvalidInput):
    """A request that would be taken later: not before `retry_after_s` seconds from now.

    `limit` and `window_s` (0: not known) are those of what refused it, which `scope` names.
    """

    status = 429
    code = "rate_limited"

    def __init__(
        self, message: str, *, retry_after_s: int, scope: str, limit: int = 0, window_s: int = 0
    ) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.scope = scope
        self.limit = limit
        self.window_s = window_s


class Overloaded(TooManyRequests):
    """More than the pipeline can take now, from whomever it comes."""

    code = "overloaded"


class ConfigurationError(TocsinError):
    """A setting or a resource that is missing or of the wrong shape."""


class TemplateError(ConfigurationError):
    """A template that cannot be rendered; `line` and `column` count from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}"


class Retryable(TocsinError):
    """A failure that may pass; `retry_after_s` is the earliest next try, in seconds from now."""

    def __init__(self, reason: str, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after_s = retry_after_s


class Conflict(Retryable):
    """A conditional write that found a newer state: read again and decide anew."""


class Throttled(Retryable):
    """An answer that asks for fewer calls, and says nothing against the one that was made."""


class PartlyTaken(Retryable):
    """What some of whom it is for have by now, `taken`, and others may take later.

    It says nothing against the other side. `taken` is empty if they had it before.
    """

    def __init__(
        self, reason: str, retry_after_s: float | None = None, *, taken: tuple[str, ...]
    ) -> None:
        super().__init__(reason, retry_after_s)
        self.taken = taken


class BreakerOpen(Retryable):
    """A call that was not made, since the breaker of the other side is open."""


class Permanent(TocsinError):
    """A failure that trying again cannot mend."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unsendable(Permanent):
    """A call that cannot be made at all, so that it says nothing of the other side."""
