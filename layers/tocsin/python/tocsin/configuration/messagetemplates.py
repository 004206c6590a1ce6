"""A tenant's own wording of its messages, in `tocsin.yaml`."""

from typing import Annotated, Any, Self

from msgspec.structs import asdict
from pydantic import BeforeValidator, Field, model_validator

from tocsin.configuration.block import Block
from tocsin.configuration.fields import Name, wrong
from tocsin.domain.config import Receiver
from tocsin.domain.messagetemplate import SOURCE_LIMIT

Source = Annotated[str, Field(max_length=SOURCE_LIMIT)]
_TITLE = "The template of the title, which is one line; left out, the default one."
_TEXT = "The template of the text; left out, the default content."


class NamedTemplate(Block):
    """A template that receivers can name."""

    name: Name = Field(description="What receivers call it.")
    title: Source = Field(default="", description=_TITLE)
    text: Source = Field(default="", description=_TEXT)


class Template(Block):
    """A template of its own, or one of `templates`; `template: NAME` is short for the latter."""

    name: Name | None = Field(default=None, description="One of the tenant's `templates`.")
    title: Source = Field(default="", description=_TITLE)
    text: Source = Field(default="", description=_TEXT)

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.name is None) == (not self.title and not self.text):
            raise wrong("a template has a name, or a title, a text or both")
        return self


def _from_name(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


TemplateField = Annotated[Template, BeforeValidator(_from_name)]


def displayed_wording(receiver: Receiver) -> dict[str, Any]:
    """Return the language and the template of a receiver in the words of `tocsin.yaml`."""
    shown: dict[str, Any] = {"language": receiver.language}
    if receiver.template is not None:
        shown["template"] = {part: text for part, text in asdict(receiver.template).items() if text}
    return shown
