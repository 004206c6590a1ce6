"""What is said to who opens a link of a notification, or presses its button.

Apart from `Words`, which notify loads for each message. What stands in braces is put in by
`str.format`.
"""

from collections.abc import Mapping

import msgspec

from tocsin.domain.actionlink import LinkKind
from tocsin.domain.wording.language import Language


class LinkWords(msgspec.Struct, frozen=True, kw_only=True):
    """One language. `why` is by the code of an error; what is not in it is said as it is."""

    language: str
    done: Mapping[LinkKind, str]
    one_alert: str
    alerts: str
    intro: str
    matched: str
    nothing: str
    nothing_shared: str
    by: str
    soon: str
    already: str
    undone: str
    why: Mapping[str, str]
    not_now: str
    ask_again: str
    press_again: str
    try_again: str


_ENGLISH = LinkWords(
    language="en",
    done={"acknowledge": "Acknowledged", "resolve": "Resolved", "silence": "Silenced for 1 h"},
    one_alert="1 alert",
    alerts="{count} alerts",
    intro="{alerts} of which {receiver} was told, as far as it still fires:",
    matched="Whatever has all of these is silenced, also what is new:",
    nothing="Nothing that this notification told fires any more.",
    nothing_shared="What still fires shares no name: silence it by its labels.",
    by="{alerts}, by {by}.",
    soon="It takes effect in a moment.",
    already="This was done already, by {by} at {at}. Nothing else was done now.",
    undone="Nothing was done",
    why={
        "over": "Nothing of it fires any more.",
        "invalid_link": "This link is not valid.",
        "expired_link": "This link is too old to be used.",
        "switched_off": "Links of this receiver are switched off.",
    },
    not_now="Not now",
    ask_again="This cannot be answered now: try again in a moment.",
    press_again="It is not known whether this was done. Please try again: it is done once, however "
    "often you press.",
    try_again="Try again",
)
_GERMAN = LinkWords(
    language="de",
    done={"acknowledge": "Bestätigt", "resolve": "Behoben", "silence": "1 h stummgeschaltet"},
    one_alert="1 Alarm",
    alerts="{count} Alarme",
    intro="{alerts}, von denen {receiver} erfahren hat, soweit sie noch bestehen:",
    matched="Stumm ist, was all dies hat, auch Neues:",
    nothing="Nichts, was diese Nachricht meldete, besteht noch.",
    nothing_shared="Was noch besteht, hat keinen gemeinsamen Namen: Schalte es nach Labels stumm.",
    by="{alerts}, durch {by}.",
    soon="Es wirkt gleich.",
    already="Das ist schon geschehen, durch {by} um {at}. Jetzt ist nichts weiter geschehen.",
    undone="Nichts ist geschehen",
    why={
        "over": "Nichts davon besteht noch.",
        "invalid_link": "Dieser Link ist nicht gültig.",
        "expired_link": "Dieser Link ist zu alt.",
        "switched_off": "Links dieses Empfängers sind abgeschaltet.",
    },
    not_now="Jetzt nicht",
    ask_again="Das lässt sich gerade nicht beantworten: Versuche es gleich noch einmal.",
    press_again="Ob es geschehen ist, ist nicht bekannt. Bitte noch einmal: Es geschieht nur "
    "einmal, so oft du auch drückst.",
    try_again="Noch einmal",
)
_LANGUAGES: Mapping[Language, LinkWords] = {"en": _ENGLISH, "de": _GERMAN}


def link_words_of(language: Language) -> LinkWords:
    """Return the words of a language."""
    return _LANGUAGES[language]
