"""What is said in Slack of a press: to the channel what was done, to who pressed why nothing was.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses: an address for
answers is good for 30 minutes and five of them; what goes to one user stands in no thread.
"""

import msgspec

from tocsin.adapters.receivers.slackmarkup import escape, moment
from tocsin.domain.errors import InvalidInput
from tocsin.domain.wording.language import Language
from tocsin.domain.wording.linkwords import link_words_of
from tocsin.pipeline.pressing import About

_LIMIT = 300


def done(about: About, by: str, thread: str, language: Language) -> bytes:
    """Return what is said where a press did what it is for, or found it done; `by` is a name.

    What was done is for all who read the channel, below the message whose timestamp is `thread`.
    """
    words = link_words_of(language)
    title = words.done[about.link.kind]
    if about.used is not None:
        at = moment(about.used.at_s)
        return _to_one(f"{title}. {words.already.format(by=_text(about.used.by), at=at)}")
    count = len(about.alerts)
    alerts = words.one_alert if count == 1 else words.alerts.format(count=count)
    text = f"{title}: {words.by.format(alerts=alerts, by=_text(by))}"
    place = {"thread_ts": thread} if thread else {}
    return _said(text, response_type="in_channel", **place)


def refused(error: InvalidInput, language: Language) -> bytes:
    """Return what is said to who pressed where nothing is done."""
    words = link_words_of(language)
    why = words.why.get(error.code) or f"{error.message}."
    return _to_one(f"{words.undone}: {_text(why)}")


def _to_one(text: str) -> bytes:
    return _said(text, response_type="ephemeral")


def _said(text: str, **where: str) -> bytes:
    return msgspec.json.encode({"text": text, "replace_original": False, **where})


def _text(text: str) -> str:
    return escape(text, _LIMIT)
