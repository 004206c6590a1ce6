"""What tocsin found out about an alert."""

from typing import Literal

from pydantic import Field

from tocsin.domain.found import Outcome
from tocsin.models.model import Model
from tocsin.models.words import EpochSeconds

StageResult = tuple[str, Outcome, str, float]

_STAGES = "How each stage ended: its name, the outcome, why, and the milliseconds that it took."


class Owner(Model):
    """Who owns the service that an alert is about."""

    service: str
    team: str = ""
    contact: str = ""
    tier: str = ""
    description: str = ""


class Link(Model):
    """Somewhere to look."""

    title: str
    url: str


class RecentChange(Model):
    """A change of the service, shortly before it fired."""

    at_s: EpochSeconds
    service: str
    title: str
    kind: str = ""
    by: str = ""
    url: str = ""


class Content(Model):
    """A page that the alert links to, in a few sentences."""

    url: str
    title: str = ""
    summary: str = ""


class Triage(Model):
    """A machine's guess, by the model that is named."""

    by: str
    cause: str = ""
    impact: str = ""
    checks: tuple[str, ...] = ()
    instead_why: str = Field(default="", description="Why it is by another than was asked.")


class Similar(Model):
    """An alert that says nearly the same of the same thing."""

    fingerprint: str
    name: str
    likeness: float = Field(description="0 to 1.")
    how: Literal["template", "meaning"]
    seen_at_s: EpochSeconds


class Findings(Model):
    """What the late stages found."""

    changes: tuple[RecentChange, ...] = ()
    content: tuple[Content, ...] = ()
    triage: Triage | None = None
    similar: tuple[Similar, ...] = ()
    stages: tuple[StageResult, ...] = Field(default=(), description=_STAGES)


class Enrichment(Model):
    """What was found out about one firing of an alert; none of it decides where it goes."""

    mended: tuple[str, ...] = ()
    category: str = ""
    irrelevant: str = Field(default="", description='The kind of news that it is: "sports".')
    irrelevant_words: tuple[str, ...] = Field(default=(), description="By which it was known.")
    is_dropped: bool = Field(default=False, description="Whether it is told to nobody.")
    entities: dict[str, tuple[str, ...]] = Field(default={}, description="Values by kind.")
    owner: Owner | None = None
    links: tuple[Link, ...] = ()
    score: float | None = Field(default=None, description="0 to 100.")
    stages: tuple[StageResult, ...] = Field(default=(), description=_STAGES)
    findings: Findings | None = None
