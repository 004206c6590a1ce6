"""A message as plain text, for channels that know nothing else."""

from collections.abc import Iterator

from tocsin.adapters.receivers.described import doing
from tocsin.adapters.receivers.message import Message, Shown
from tocsin.domain.message.message import Line
from tocsin.domain.plaintext import cut, one_line
from tocsin.domain.wording.words import Words

_SUMMARY_LIMIT = 1000
_LINE_LIMIT = 500


def text_of(message: Message, limit: int) -> str:
    """Return a message without its title, in at most `limit` characters.

    What finds no room is counted, then comes the link to all of it, if there is one, and last what
    can be done: as much of it as leaves half of the room for what happened.
    """
    wanted = _doing(message, limit // 2)
    if not wanted:
        return _told(message, limit)
    return f"{_told(message, limit - len(wanted) - 2)}\n\n{wanted}"


def _doing(message: Message, limit: int) -> str:
    """Return the first links that fit into `limit` characters, each in a line."""
    found = ""
    for title, url in doing(message):
        longer = f"{found}\n{title}: {url}" if found else f"{title}: {url}"
        if len(longer) > limit:
            break
        found = longer
    return found


def _told(message: Message, limit: int) -> str:
    notes = ["\n".join(map(_written, message.notes))] if message.notes else []
    if message.text:
        return _own(message, notes, limit)
    words = message.words
    blocks = ["\n".join(_lines(each, words)) for each in message.shown]
    if notes and blocks:
        blocks[0] = f"{notes[0]}\n\n{blocks[0]}"
    fitting: list[str] = []
    for block in blocks:
        left = message.more + len(blocks) - len(fitting) - 1
        if len(_joined([*fitting, block], left, message)) > limit:
            break
        fitting.append(block)
    left = message.more + len(blocks) - len(fitting)
    if fitting or not blocks:
        return cut(_joined(fitting, left, message), limit)
    end = _joined([], left - 1, message)
    room = limit - len(end) - 2
    return cut(_joined([cut(blocks[0], max(room, 1))], left - 1, message), limit)


def _own(message: Message, notes: list[str], limit: int) -> str:
    """Return the text of a template, and the link if there is room for both."""
    text = "\n\n".join([*notes, message.text])
    linked = f"{text}\n\n{message.url}" if message.url else text
    return linked if len(linked) <= limit else cut(text, limit)


def _joined(blocks: list[str], left: int, message: Message) -> str:
    end = [message.words.more.format(count=left)] if left else []
    return "\n\n".join([*blocks, *end, *([message.url] if message.url else [])])


def _lines(shown: Shown, words: Words) -> Iterator[str]:
    yield one_line(f"{shown.name}: {shown.severity_word}, {shown.status_word}")
    if shown.summary:
        yield cut(shown.summary, _SUMMARY_LIMIT)
    yield from map(_written, shown.facts)
    others = ", ".join(f"{name}={value}" for name, value in shown.other_labels)
    if others:
        yield _written(Line(words.also, others))
    for about, url in ((words.runbook, shown.runbook), (words.source, shown.source)):
        if url and len(url) <= _LINE_LIMIT:
            yield f"{about}: {one_line(url)}"
    yield from map(_written, shown.found)


def _written(line: Line) -> str:
    about = f"{line.about}: " if line.about else ""
    link = f" {one_line(line.url)}" if line.url and len(line.url) <= _LINE_LIMIT else ""
    return cut(one_line(about + line.text), _LINE_LIMIT) + link
