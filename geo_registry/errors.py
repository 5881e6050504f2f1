"""One tree of exceptions with stable codes: no HTTP, no wording."""

from __future__ import annotations

from typing import ClassVar


class RegistryError(Exception):
    """Something the registry refuses or cannot do, told by a stable code.

    The sentence a person reads is made from the code and the details by
    `geo_registry.wording`; the exit code and the HTTP status are tables at the two doors.

    Parameters
    ----------
    code
        Stable upper-case code, such as ``"DATUM_MISSING"``.
    **details
        What the sentence needs: the value, where it stood, what was expected.

    Examples
    --------
    >>> fault = ValueRefused("RING_NOT_POSITIVE", value=-5)
    >>> fault.code, fault.details
    ('RING_NOT_POSITIVE', {'value': -5})
    """

    default_code: ClassVar[str] = "INTERNAL"

    def __init__(self, code: str | None = None, **details: object) -> None:
        self.code = code or self.default_code
        self.details = details
        shown = ", ".join(f"{key}={value!r}" for key, value in details.items())
        super().__init__(f"{self.code}({shown})" if shown else self.code)


class Refused(RegistryError):
    """The request cannot be carried out as it was made; nothing was changed."""

    default_code = "REFUSED"


class ValueRefused(Refused):
    """A parameter has a value that is not allowed."""

    default_code = "VALUE_INVALID"


class DatumError(Refused):
    """A datum or coordinate reference system is missing, unknown or not supported."""

    default_code = "DATUM_UNKNOWN"


class CRSError(DatumError):
    """A frame or file carries a coordinate reference system that cannot be used here."""

    default_code = "CRS_INVALID"


class FileRefused(Refused):
    """A whole file cannot be taken; the code is one of the file faults of the contract."""

    default_code = "FORMAT_NOT_ALLOWED"


class CatalogError(RegistryError):
    """A layer file is wrong: details name the file, the key and what was expected."""

    default_code = "LAYER_INVALID"


class NotFound(RegistryError):
    """The thing asked for does not exist, or may not be seen."""

    default_code = "NOT_FOUND"


class Conflict(RegistryError):
    """The store has moved on since the caller looked."""

    default_code = "CONFLICT"


class Stale(Conflict):
    """A record was changed since the caller read it; details hold both versions."""

    default_code = "VERSION_STALE"


class VersionNeeded(Refused):
    """An edit does not say which version of the record it stands on."""

    default_code = "VERSION_NEEDED"


class TooLarge(Refused):
    """What was sent is longer than is taken."""

    default_code = "BODY_TOO_LARGE"


class TooSlow(Refused):
    """What is being sent does not come fast enough to be waited for."""

    default_code = "BODY_TOO_SLOW"


class SignInNeeded(RegistryError):
    """Only somebody who has signed in is answered."""

    default_code = "SIGN_IN_NEEDED"


class NotAllowed(RegistryError):
    """The viewer has no right to this act, wherever it is."""

    default_code = "RIGHT_MISSING"


class TooMany(RegistryError):
    """The same account or address asks too often; details say in how many seconds to try again."""

    default_code = "TOO_MANY_REQUESTS"


class Overloaded(RegistryError):
    """More is asked at once than this process answers; details say in how many seconds to try again."""

    default_code = "OVERLOADED"


class NotReady(RegistryError):
    """The program runs, but lacks something it needs to do its work."""

    default_code = "NOT_READY"


class StoreError(RegistryError):
    """The store cannot be opened, read or written."""

    default_code = "STORE_UNREADABLE"
