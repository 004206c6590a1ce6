"""Dead letters that outlive their queue: one object each, which says all that is known of it.

    letters/tenant=T/queue=Q/ID-HASH.zst: a zstd frame of
    {"v": 1, "archived_at_s": …, "letter": {"queue": …, "id": …, "error": …, "body": …, …}}

The hash is of the body and of the time at which the queue took it. So a letter that is met
again overwrites itself, and one that was redriven and failed again is kept beside the first.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b

import msgspec

from tocsin.domain.compression import compress, decompress
from tocsin.domain.deadletter import Letter
from tocsin.domain.errors import Permanent
from tocsin.ports import ListedBlobs, Queue

VERSION = 1
_PREFIX = "letters/"
_UNKNOWN = "-"
_ID_LIMIT_CHARACTERS = 100
_TENANT_LIMIT_CHARACTERS = 64
# A hundred calls, and memory for as many keys.
LISTED_LIMIT = 100_000
# A message has 1 MiB at most; as JSON within JSON it may double.
_LIMIT_BYTES = 4 * 1024 * 1024


class ArchivedLetter(msgspec.Struct, frozen=True, kw_only=True):
    """What one object holds."""

    v: int
    archived_at_s: float
    letter: Letter


class _Listed(msgspec.Struct, frozen=True):
    """The keys of one prefix, in full up to `last`; None: all of them."""

    keys: set[str]
    last: str | None


_decoder = msgspec.json.Decoder(ArchivedLetter)


class ArchivedKeys:
    """Which letters are archived, listed when the first of a tenant and a queue is met.

    A listing ends at LISTED_LIMIT keys, or when there is no more time; what lies beyond its
    end is asked for one by one.
    """

    def __init__(self, blobs: ListedBlobs, has_time: Callable[[], bool]) -> None:
        self._blobs = blobs
        self._has_time = has_time
        self._known: dict[str, _Listed] = {}

    def __contains__(self, letter: Letter) -> bool:
        prefix = letter_prefix(letter.tenant, letter.queue)
        if prefix not in self._known:
            self._known[prefix] = self._list(prefix)
        known, key = self._known[prefix], letter_key(letter)
        if known.last is None or key <= known.last:
            return key in known.keys
        return key in self._blobs.keys(key)

    def _list(self, prefix: str) -> _Listed:
        keys: set[str] = set()
        last = ""
        for last in self._blobs.keys(prefix):
            keys.add(last)
            if len(keys) == LISTED_LIMIT or not self._has_time():
                return _Listed(keys, last)
        return _Listed(keys, None)


def letter_prefix(tenant: str, queue: str) -> str:
    """Return how the keys of a tenant's letters of one queue begin."""
    return f"{_PREFIX}tenant={tenant if is_tenant(tenant) else _UNKNOWN}/queue={queue}/"


def letter_key(letter: Letter) -> str:
    """Return where the archive keeps a letter; the same letter always at the same place."""
    digest = blake2b(digest_size=12)
    digest.update(f"{round(letter.sent_at_s * 1000)}#".encode())
    digest.update(letter.body.encode())
    name = f"{_safe(letter.id)}-{digest.hexdigest()}.zst"
    return letter_prefix(letter.tenant, letter.queue) + name


def pack_letter(letter: Letter, at_s: float) -> bytes:
    """Return the bytes of an object."""
    archived = ArchivedLetter(v=VERSION, archived_at_s=at_s, letter=letter)
    return compress(msgspec.json.encode(archived))


def unpack_letter(data: bytes) -> Letter:
    """Return the letter of an object.

    Raises Permanent if it holds none of a version that this code knows.
    """
    try:
        archived = _decoder.decode(decompress(data, _LIMIT_BYTES))
    except msgspec.MsgspecError as error:
        raise Permanent(f"not an archived letter: {error}") from error
    if archived.v != VERSION:
        raise Permanent(f"archived letter version {archived.v} is unknown here")
    return archived.letter


def archived_keys(
    archive: ListedBlobs, queues: Sequence[Queue], tenant: str | None, letter_id: str | None
) -> Iterator[str]:
    """Yield the keys of the letters of these queues; None does not matter.

    An id can be shared by its beginning, or by what of it a key may hold, so the letters say
    for certain.
    """
    # Without a tenant there is no telling which prefixes there are.
    owned = [_PREFIX] if tenant is None else [letter_prefix(tenant, each) for each in queues]
    for prefix in owned:
        for key in archive.keys(prefix):
            folder, _, name = key.rpartition("/")
            is_meant = letter_id is None or name.startswith(f"{_safe(letter_id)}-")
            if is_meant and folder.rpartition("/queue=")[2] in queues:
                yield key


def is_tenant(text: str) -> bool:
    """Tell whether a text that a message gave as its tenant can be one."""
    return 0 < len(text) <= _TENANT_LIMIT_CHARACTERS and text == _safe(text) and "." not in text


def _safe(text: str) -> str:
    """Return what an object key, a listing and a shell take as it stands."""
    allowed = (
        char if char.isascii() and (char.isalnum() or char in "-_.") else "_" for char in text
    )
    return "".join(allowed)[:_ID_LIMIT_CHARACTERS]
