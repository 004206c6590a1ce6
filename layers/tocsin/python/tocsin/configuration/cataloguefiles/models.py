"""The shape of a service catalogue in a file of tocsin's own."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from tocsin.configuration.block import Block
from tocsin.configuration.enrichment_models import LinkUrl
from tocsin.configuration.fields import MatcherText, readable, wrong
from tocsin.domain.enrichment.catalogue import SERVICES_LIMIT
from tocsin.domain.enrichment.linktemplate import parse_title


def _plain(limit: int) -> Callable[[str], str]:
    """Make one line of a text, and refuse what could look like something else to people."""

    def check(text: str) -> str:
        line = " ".join(text.split())
        if len(line) > limit:
            raise wrong(f"must have at most {limit} characters")
        if not line.isprintable():
            raise wrong("must be printable text")
        return line

    return check


def _named(text: str) -> str:
    if not text:
        raise wrong("must not be empty")
    return text


def _without_places(text: str) -> str:
    if "{{" in text:
        raise wrong("a link of a service has no places in its title; write it out")
    return text


def _from_number(value: object) -> object:
    # `tier: 1` is what people write.
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_number else value


def _described(kind: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "x-kind": kind})


ServiceName = Annotated[
    str, AfterValidator(_plain(200)), AfterValidator(_named), _described("name of a service")
]
Text = Annotated[str, AfterValidator(_plain(200)), _described("text")]
Description = Annotated[str, AfterValidator(_plain(500)), _described("text")]
Tier = Annotated[str, BeforeValidator(_from_number), AfterValidator(_plain(20)), _described("text")]

ServiceLinkTitle = Annotated[
    str, AfterValidator(_without_places), readable(parse_title), _described("text")
]


class ServiceLink(Block):
    """Somewhere to look for a service."""

    title: ServiceLinkTitle = Field(description="What the link is called; it has no places.")
    url: LinkUrl = Field(description="Its address, which may have places.")


class Service(Block):
    """One service: whose it is, and where to look."""

    name: ServiceName = Field(description="What alerts call it.")
    team: Text = Field(default="", description="Who owns it.")
    contact: Text = Field(default="", description="How to reach them: a channel, an address.")
    tier: Tier = Field(default="", description="How important it is; `1` most of all.")
    description: Description = Field(default="", description="What it does, in a sentence.")
    aliases: list[ServiceName] = Field(
        default=[], max_length=50, description="What alerts call it besides."
    )
    matchers: list[MatcherText] = Field(
        default=[],
        max_length=20,
        description="Or how its alerts are known; all must match, and they outweigh names.",
    )
    runbook: LinkUrl | None = Field(default=None, description="The address of its runbook.")
    dashboard: LinkUrl | None = Field(default=None, description="The address of its dashboard.")
    links: list[ServiceLink] = Field(default=[], max_length=8, description="Where else to look.")


class CatalogueFile(Block):
    """A service catalogue."""

    services: list[Service] = Field(
        min_length=1, max_length=SERVICES_LIMIT, description="The services."
    )
