"""The shape of a tenant's `enrichment` in `tocsin.yaml`."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, WithJsonSchema, create_model

from tocsin.configuration.block import Block
from tocsin.configuration.fields import (
    Duration,
    FileName,
    LabelName,
    MatcherText,
    between,
    readable,
    wrong,
)
from tocsin.domain.enrichment.linktemplate import parse_title, parse_url
from tocsin.domain.enrichment.order import EARLY, ENTRIES, LATE
from tocsin.domain.enrichment.settings import ModelKind
from tocsin.domain.storage_rules import RedactionKind

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*")
_SECRET = re.compile(r"[A-Za-z0-9/_+=.@-]{1,512}")

ChangesWithin = Annotated[Duration, between("1m", "7d")]
SimilarWithin = Annotated[Duration, between("1m", "30d")]


def _host(text: str) -> str:
    if _HOST.fullmatch(text) is None:
        raise wrong("a host is a name in lower case such as wiki.example.com, without https://")
    if "." not in text and text != "localhost":
        # What is below a host is allowed with it.
        raise wrong(f"{text} would allow every host below it; say which, such as wiki.{text}")
    return text


def _secret(text: str) -> str:
    if _SECRET.fullmatch(text) is None:
        raise wrong("not a name of a secret, such as tocsin/acme/model")
    return text


def _described(kind: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "x-kind": kind})


Host = Annotated[str, AfterValidator(_host), _described("host")]
SecretName = Annotated[str, AfterValidator(_secret), _described("name of a secret")]
LinkTitle = Annotated[str, readable(parse_title), _described("text with places")]
LinkUrl = Annotated[str, readable(parse_url), _described("URL with places")]


# Early stages are on, and late ones off.
_SWITCHES: dict[str, Any] = {
    name: (bool, Field(default=name in EARLY, description=ENTRIES[name].about))
    for name in (*EARLY, *LATE)
}
_Switches = create_model("_Switches", __base__=Block, **_SWITCHES)


class Stages(_Switches):
    """Which of the stages run; those that ask somebody are off unless switched on."""

    def is_on(self, name: str) -> bool:
        """Tell whether a stage is switched on."""
        return bool(getattr(self, name))


class Link(Block):
    """Somewhere to look, such as the logs of the service that an alert is about."""

    title: LinkTitle = Field(description="What the link is called.")
    url: LinkUrl = Field(
        description="Its address, with places such as `{{ $labels.service }}`; the host is "
        "written out. An alert that lacks one of the values has no such link.",
    )
    matchers: list[MatcherText] = Field(
        default=[], max_length=50, description="Which alerts have it, all must match; all if none."
    )


class PageContent(Block):
    """Which pages `read_content` may read."""

    hosts: list[Host] = Field(
        default=[],
        max_length=50,
        description="The hosts whose pages may be read, each with all below it.",
    )


class LanguageModel(Block):
    """Who writes summaries and triage."""

    kind: ModelKind = Field(
        default="extract",
        description="`extract` is built in and sends nothing anywhere: it picks sentences. The "
        "others get the texts of alerts, without what `redact` and storage rules hide.",
    )
    model: str = Field(
        default="", max_length=200, description="Its id at its provider; not for `extract`."
    )
    secret: SecretName | None = Field(
        default=None,
        description="The name of its key in Secrets Manager: tocsin/TENANT/NAME; for `gemini`.",
    )


class SimilarAlerts(Block):
    """Among which alerts `find_similar` looks."""

    within_labels: list[LabelName] = Field(
        default=["cluster", "namespace", "service", "job", "instance", "host"],
        min_length=1,
        max_length=20,
        description="Alerts can be similar whose values of these labels are the same.",
    )
    within: SimilarWithin = Field(
        default="1d", validate_default=True, description="How long before an alert."
    )


class Enrichment(Block):
    """What is found out about alerts for whoever is told."""

    enabled: bool = Field(default=True, description="Whether any stage runs.")
    stages: Stages = Field(
        default=Stages(),
        description="Which of the stages run; those that ask somebody come last.",
    )
    redact: list[RedactionKind] = Field(
        default=[],
        max_length=10,
        description="Kinds of personal data that the stage `redact` hides; secrets it always does.",
    )
    irrelevant: Literal["mark", "drop"] = Field(
        default="mark",
        description="Whether news that nobody runs, such as sports, is told and marked, or told "
        "to nobody. It is in the books in any case.",
    )
    catalogue: FileName | None = Field(
        default=None,
        description="A service catalogue, relative to this file: YAML of tocsin's own, entities "
        "of Backstage, or `.csv`; see enrichment.md.",
    )
    links: list[Link] = Field(
        default=[], max_length=50, description="Links that the stage `add_links` adds."
    )
    changes_within: ChangesWithin = Field(
        default="1h",
        validate_default=True,
        description="How long before an alert changes of its service are shown.",
    )
    content: PageContent = Field(
        default=PageContent(), description="Which pages `read_content` may read."
    )
    model: LanguageModel = Field(
        default=LanguageModel(), description="Who writes summaries and triage."
    )
    similar: SimilarAlerts = Field(
        default=SimilarAlerts(), description="Among which alerts `find_similar` looks."
    )
