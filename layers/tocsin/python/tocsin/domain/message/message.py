"""A message: plain text, most telling first. Each kind of receiver only renders it."""

from typing import Literal

import msgspec

from tocsin.domain.actionlink import MessageAction
from tocsin.domain.alert import Alert, Severity
from tocsin.domain.group import GroupKey
from tocsin.domain.wording.language import Language
from tocsin.domain.wording.words import Words

State = Literal["firing", "resolved", "update"]


class Line(msgspec.Struct, frozen=True):
    """A line: what it is about, its text, and where it leads; "" where it leads nowhere."""

    about: str
    text: str
    url: str = ""


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What a message is about; `reason`, `new` and `truncated` are those of the notification."""

    group: GroupKey
    alerts: tuple[Alert, ...]
    new: int = 0
    reason: str = ""
    truncated: int = 0
    url: str = ""
    actions: tuple[MessageAction, ...] = ()
    language: Language = "en"


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One alert as people see it. Times are epoch seconds, None where nobody said."""

    name: str
    status: str
    severity: Severity
    summary: str
    since_s: float | None
    until_s: float | None
    # The most telling labels, and all others.
    labels: tuple[tuple[str, str], ...]
    other_labels: tuple[tuple[str, str], ...]
    runbook: str
    source: str
    # What was found out about it.
    found: tuple[Line, ...]
    # Status and severity in the language of the receiver.
    status_word: str
    severity_word: str
    # What is known of it, in lines, what helps most first: where, since when, how many. `summary`,
    # the links, and `found`, with who owns it, stand beside them.
    facts: tuple[Line, ...]
    # Those of them that are neither labels nor times.
    extras: tuple[Line, ...]
    owner: str
    value: float | None
    # How many alerts of the notification have its name, and whether its receiver knows it.
    alike: int
    is_new: bool


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A notification as people see it. `more` alerts are not in `shown`."""

    title: str
    state: State
    # Whether nothing fires any more of all that its receiver was told, shown here or not.
    is_over: bool
    # That of the worst alert that fires, or of the worst that ended.
    severity: Severity
    firing: int
    resolved: int
    shown: tuple[Shown, ...]
    more: int
    # Where all of it is; "" if nowhere.
    url: str
    # How many alerts there are of each name, the most first, and whether it is a digest.
    kinds: tuple[tuple[str, int], ...]
    is_digest: bool
    # What is said of all of it: in a digest what it is, and why it is sent.
    notes: tuple[Line, ...]
    # What is said after `notes` in the place of the alerts, if the receiver has a template.
    text: str
    words: Words
    # What can be done about it, by a link or a button.
    actions: tuple[MessageAction, ...] = ()
