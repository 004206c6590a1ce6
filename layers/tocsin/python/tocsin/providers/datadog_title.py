"""What the title of a Datadog event says, such as `[P1] [Triggered on {host:db-1}] Disk full`."""

import re

import msgspec

_PRIORITY = re.compile(r"\[P[1-5]\] *", re.IGNORECASE)
_TRANSITION = re.compile(
    r"\[(re-triggered|triggered|re-warn|warn|re-no data|no data|renotify|recovered)"
    r"(?: on \{([^{}]*)\})?\] *",
    re.IGNORECASE,
)
_TEST = re.compile(r"\[TEST\] *", re.IGNORECASE)


class Title(msgspec.Struct, frozen=True):
    """The parts of a title; each is empty or None if the title has none."""

    name: str
    transition: str | None = None
    scope: str = ""
    is_test: bool = False


def read_title(title: str) -> Title:
    """Take the words that Datadog puts in front of a monitor's name off a title."""
    transition, scope, is_test = None, "", False
    rest = title.strip()
    for _ in range(3):
        if found := _TRANSITION.match(rest):
            transition = transition or found[1]
            scope = scope or found[2] or ""
        elif found := _TEST.match(rest):
            is_test = True
        else:
            found = _PRIORITY.match(rest)
        if found is None:
            break
        rest = rest[found.end() :]
    return Title(rest.strip(), transition, scope, is_test)


def tags_of(scope: str, taken: tuple[str, ...]) -> dict[str, str]:
    """Return the tags of a scope such as `host:db-1,role:db` as labels, in any order the same.

    A tag without a value says "true"; of several values of one tag all count. A tag whose name
    is one of `taken` is called `tag_...`.
    """
    values: dict[str, set[str]] = {}
    for tag in scope.split(","):
        name, _, value = tag.strip().partition(":")
        # A monitor without groups is over everything.
        if name and name != "*":
            label = f"tag_{name}" if name in taken else name
            values.setdefault(label, set()).add(value.strip() or "true")
    return {name: ",".join(sorted(found)) for name, found in values.items()}
