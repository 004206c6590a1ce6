"""What running text mentions: only what its form, or the word before it, makes certain."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import filterfalse, pairwise
from typing import cast

from tocsin.domain.enrichment.entities_labels import Add, Named, named_by, read_url
from tocsin.domain.enrichment.entities_places import (
    CITIES,
    NAMES,
    PLACES,
    REGION,
    REGION_OR_ZONE,
    SITES,
)
from tocsin.domain.enrichment.entities_values import (
    AWS_ID,
    POD,
    VALUE_CHARACTERS,
    Kind,
    ip_of,
    is_host,
    resource_of,
    without_port,
)

# A bracket belongs to a link if it is closed within it, as in the address of a host in IPv6 or in
# a placeholder of `redact`, and else to the text around it.
_IN_URLS = r"[^\s<>\"'`|()\[\]{}]"
_URL = re.compile(
    rf"https?://(?:{_IN_URLS}++|\({_IN_URLS}*+\)|\[{_IN_URLS}*+\]|\{{{_IN_URLS}*+\}})+"
)
_BEHIND_URLS = ".,;:!?"
# What is shorter is a number far more often than a name.
_LEAST_CHARACTERS = 4
_EDGES = ".,;!?\"'`(){}<>|"

# In this order: an id of EC2 could be a numbered name, and a region, too.
_HYPHENATED = re.compile(
    rf"(?P<resource>{AWS_ID})|(?P<place>{REGION_OR_ZONE})|(?P<pod>{POD})"
    r"|(?P<service>[a-z][a-z0-9]*(?:-[a-z0-9]+){0,6}-(?:service|svc|api|worker|gateway|consumer"
    r"|producer|backend|frontend|proxy|scheduler|engine))"
    r"|(?P<numbered>[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+){0,6}-\d{1,4})"
)
# Before a numbered name, these make it a host, unless it numbers something else.
_BEFORE_HOSTS = frozenset(("on", "of", "host", "node", "server", "machine", "vm"))
_NUMBERED_THINGS = """
chapter class covid day group level line page part phase port round season sprint stage step tier
top type version week
"""
_NO_HOSTS = frozenset(_NUMBERED_THINGS.split())
# Before four numbers with dots, these make them no address.
_BEFORE_VERSIONS = frozenset(("version", "v", "ver", "release", "build", "agent", "firmware"))
_KUBERNETES = frozenset(
    ("pod", "deployment", "statefulset", "daemonset", "replicaset", "job", "cronjob")
)
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,120}[a-z0-9])?")


def read_text(text: str, take: Callable[[Iterable[Named]], None]) -> None:
    """Find what a text mentions. Linear in the text; the caller caps it."""
    if "://" in text:
        for url in _URL.findall(text):
            take(named_by(read_url, url.rstrip(_BEHIND_URLS)))
        text = _URL.sub(" ", text)
    words = text.split()
    if not PLACES.isdisjoint(words):
        take(_places(words))
    # Most words are only letters; this is the quickest way to pass them by.
    place = -1
    for word in filterfalse(str.isalnum, words):
        place = words.index(word, place + 1)
        bare = word.strip(_EDGES).removesuffix(":")
        if bare.isalnum():
            if bare in NAMES:
                take((("place", bare),))
        elif _LEAST_CHARACTERS <= len(bare) <= VALUE_CHARACTERS:
            take(_named_by_word(bare, words[place - 1].lower() if place else ""))


def _places(words: Sequence[str]) -> list[Named]:
    return [
        ("place", word)
        for word in dict.fromkeys(filter(PLACES.__contains__, words))
        if word not in CITIES or _is_site(word, words)
    ]


def _is_site(city: str, words: Sequence[str]) -> bool:
    return any(
        word == city and after.strip(_EDGES).removesuffix(":").lower() in SITES
        for word, after in pairwise(words)
    )


# An alert names its host more than once, and alerts of one outage name the same few things.
@lru_cache(2048)
def _named_by_word(word: str, before: str) -> tuple[Named, ...]:
    return named_by(lambda text, add: _read_word(text, before, add), word)


def _read_word(word: str, before: str, add: Add) -> None:
    """Read one word that is not letters and digits alone."""
    if "." not in word and ":" not in word and "/" not in word:
        if "-" in word:
            _read_hyphenated(word, before, add)
    else:
        _read_joined(word, before, add)


def _read_joined(word: str, before: str, add: Add) -> None:
    """Read a word that holds a dot, a colon or a slash."""
    resource, region = resource_of(word)
    if resource:
        add("resource", resource)
        if region:
            add("place", region)
    elif "/" in word and before in _KUBERNETES:
        _read_namespaced(before, word, add)
    elif address := ip_of(word):
        if before not in _BEFORE_VERSIONS:
            add("ip", address)
    else:
        _read_dotted(without_port(word), add)


def _read_namespaced(kind: str, word: str, add: Add) -> None:
    namespace, _, name = word.partition("/")
    if _NAME.fullmatch(namespace) is not None and _NAME.fullmatch(name) is not None:
        add("resource", f"namespace/{namespace}")
        add("resource", f"{kind}/{name}")


def _read_dotted(word: str, add: Add) -> None:
    if is_host(word):
        add("host", word)
        for region in REGION.findall(word):
            add("place", region)


def _read_hyphenated(word: str, before: str, add: Add) -> None:
    match = _HYPHENATED.fullmatch(word)
    if match is None:
        return
    what = match.lastgroup
    if what == "numbered":
        if before in _BEFORE_HOSTS and word.partition("-")[0].lower() not in _NO_HOSTS:
            add("host", word)
    elif what == "pod":
        add("resource", f"pod/{word}")
    elif what in ("resource", "place", "service"):
        add(cast("Kind", what), word)
