"""The template of what an alert says: its texts without what changes from one telling to the next.

Numbers, times, durations, sizes, percentages, addresses and generated names are masked. What tells
two things apart is kept: digits that belong to a name (db-1, eth0, Gi1/0/24, p99, 5xx), the number
of a part (fan 2, shard 7) and the class of an HTTP status (status 503 is status 5#).
"""

import re
from hashlib import blake2b

import msgspec

from tocsin.domain.alert import Alert

# In the order in which they are read; what else an alert carries is measurements and links.
TEXTS = ("summary", "description", "message", "trigger_description", "reason", "title")
# What is said beyond that many characters does not count.
LIMIT_CHARS = 1024
_MASK = "#"

# Both patterns begin with a set of characters, so that the search is over most of a text at once;
# what must stand before is looked for afterwards. Both are linear: their parts are bounded.
_HEX = "[0-9a-f]"
# The letters of generated names: k8s.io/apimachinery, pkg/util/rand. Words hold vowels.
_POD = "[bcdfghjklmnpqrstvwxz2456789]"
_UUID = rf"{_HEX}{{7}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}"
_IDS = re.compile(
    rf"[-0-9a-f](?:(?<=\w-)(?:{_POD}{{6,10}}-|\d{{8}}-)?(?!\d{{5}}){_POD}{{5}}(?![\w-])"
    rf"|(?<![\w/].)(?:{_UUID}|(?<=0)x{_HEX}{{1,64}}|(?<=\d){_HEX}{{7,63}}"
    rf"|(?=[a-f]{{0,63}}\d){_HEX}{{7,63}})(?!\w|\.\d))",
    re.ASCII,
)

# A number after one of these is the name of a part, by the length of the word.
_PARTS = (
    "cpu|fan|psu|bay|lun",
    "disk|node|port|slot|core|unit|vlan|zone|rack|line|tier",
    "drive|shard|queue|level",
    "broker|worker|sensor|volume|supply",
    "replica|channel",
    "partition",
)
PARTS = "|".join(_PARTS)
_NO_PART = "".join(rf"(?<!\b(?:{words})[ =:#].)" for words in _PARTS)
_STATUS = ("http", "code", "status", "status of", "status is", "status was")
STATUSES = "|".join(_STATUS)
_NO_STATUS = "".join(rf"(?<!\b{words}[ =:].)" for words in _STATUS)
_AFTER_STATUS = "|".join(rf"(?<=\b{words}[ =:][1-5].)" for words in _STATUS)
_UNIT = (
    r"(?: ?(?:%|[mnu\xb5]?s|sec(?:ond)?s?|min(?:ute)?s?|m|h|hours?|d|days?|weeks?"
    r"|[kmgtp]i?b(?:ps|/s)?|bytes?|[mk]?hz|k|g|c|rpm|/s))?"
)
_NUMBERS = re.compile(
    rf"[0-9](?:(?:(?<![\w/.-].)|(?<=[\s=(]-.))(?:"
    r"\d{3}-?\d\d-?\d\d(?:[t ]\d\d:?\d\d(?::?\d\d(?:\.\d{1,9})?)?(?:z|[+-]\d\d:?\d\d)?)?(?!\w)"
    r"|\d/\d\d/\d\d(?:\d\d)?(?!\w)|\d{0,2}(?::\d\d){1,2}(?:\.\d{1,9})?(?!\w)"
    rf"|{_NO_PART}{_NO_STATUS}\d*(?:[.,]\d+)*(?:e[+-]?\d+)?{_UNIT}(?!\w))"
    rf"|(?:{_AFTER_STATUS})\d(?!\w))",
    re.ASCII,
)


class Template(msgspec.Struct, frozen=True):
    """What an alert says, masked, in lower case; `digest` is the same for the same text."""

    text: str
    digest: str


def template_of(alert: Alert) -> Template:
    """Return the template of an alert's name and texts; two of one text are one template."""
    said, annotations = [alert.name], alert.annotations
    for name in TEXTS:
        if name in annotations and annotations[name] not in said:
            said.append(annotations[name])
    # Half of a surrogate pair cannot be stored.
    encoded = masked("\n".join(said)).encode("utf-8", "replace")
    return Template(encoded.decode(), blake2b(encoded, digest_size=12).hexdigest())


def masked(text: str) -> str:
    """Return a text in lower case, its first `LIMIT_CHARS` only, without what is volatile."""
    return _NUMBERS.sub(_MASK, _IDS.sub(_MASK, text[:LIMIT_CHARS].lower()))
