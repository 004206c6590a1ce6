"""The plain part of a mail."""

from collections.abc import Iterator, Sequence

from tocsin.adapters.receivers.email.entries import Entry, Link
from tocsin.adapters.receivers.enriched import Line


def head(title: str, notes: Sequence[Line]) -> str:
    """Return the title and what is said of all of it."""
    return "\n".join([title, *map(_found, notes)])


def render_plain(
    begin: str,
    said: str | Sequence[Entry],
    more: str,
    url: str,
    foot: str,
    links: Sequence[Link] = (),
) -> str:
    """Return the text: what `head` returned, each alert, and where all of it is."""
    blocks = [begin]
    blocks += [said] if isinstance(said, str) else ["\n".join(_lines(entry)) for entry in said]
    ending = [line for line in (more, url) if line]
    if ending:
        blocks.append("\n".join(ending))
    if links:
        blocks.append("\n".join(f"{link.title}: {link.url}" for link in links))
    # RFC 3676, 4.3: what follows is a signature.
    return "\n\n".join(blocks) + f"\n\n-- \n{foot}\n"


def _lines(entry: Entry) -> Iterator[str]:
    yield f"{entry.name} ({entry.state})"
    if entry.summary:
        yield entry.summary
    yield from (f"{name}: {value}" for name, value in entry.facts)
    yield from (f"{link.title}: {link.url}" for link in entry.links)
    yield from map(_found, entry.found)


def _found(line: Line) -> str:
    about = f"{line.about}: " if line.about else ""
    return about + line.text + (f" {line.url}" if line.url else "")
