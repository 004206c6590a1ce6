"""A tenant's own wording of a message. Where it fails, the default content is said, and that."""

from collections.abc import Iterator

from msgspec.structs import replace

from tocsin.domain.errors import TemplateError
from tocsin.domain.message.content import content_of
from tocsin.domain.message.message import Line, Message, Subject
from tocsin.domain.message.values import SEEN_ALERTS, values_of
from tocsin.domain.messagetemplate import MessageTemplate
from tocsin.domain.plaintext import cut, one_line, plain_text
from tocsin.domain.templating.evaluation import render

# In characters; each kind of receiver has limits of its own besides.
TITLE_LIMIT = 500
_WHY_LIMIT = 200


def overridden(
    subject: Subject, template: MessageTemplate, most: int
) -> tuple[Message, tuple[str, ...]]:
    """Return the message with the title and the text of a template, and what is wrong with it."""
    message = content_of(subject, most)
    writing = _Writing(subject)
    title = cut(one_line(writing.of("title", template.title)), TITLE_LIMIT)
    text = plain_text(writing.of("text", template.text))
    notes = (*writing.failures(message), *(() if text else message.notes))
    return (
        replace(message, title=title or message.title, text=text, notes=notes),
        tuple(writing.warnings),
    )


def wrong_parts(template: MessageTemplate, subject: Subject) -> Iterator[tuple[str, TemplateError]]:
    """Yield which part of a template is wrong and why, found by rendering it for a subject."""
    content = content_of(subject, SEEN_ALERTS)
    values = values_of(content, subject)
    for part, source in (("title", template.title), ("text", template.text)):
        try:
            render(source, values, content.words, is_strict=True)
        except TemplateError as error:
            yield part, error


class _Writing:
    """What comes of the parts of a template, for one subject."""

    def __init__(self, subject: Subject) -> None:
        self.warnings: list[str] = []
        self._failed: list[str] = []
        self._content = content_of(subject, SEEN_ALERTS)
        self._values = values_of(self._content, subject)

    def of(self, part: str, source: str) -> str:
        """Return the text of a part; "" if there is none, or if it fails."""
        if not source:
            return ""
        try:
            rendered = render(source, self._values, self._content.words)
        except TemplateError as error:
            why = f"{part}, {error}"
        except Exception as error:  # noqa: BLE001 nobody may miss a page because of a template
            why = f"{part}: {type(error).__name__}"
        else:
            self.warnings += [f"{part}, {warning}" for warning in rendered.warnings]
            if not rendered.text.strip():
                self.warnings.append(f"{part}: says nothing, so the default one is sent")
            return rendered.text
        self.warnings.append(f"{why}; the default one is sent")
        self._failed.append(cut(why, _WHY_LIMIT))
        return ""

    def failures(self, message: Message) -> Iterator[Line]:
        """Yield what whoever reads the message is to know of it."""
        words = message.words
        for why in self._failed:
            yield Line(words.template, words.template_failed.format(why=why))
