"""Silences: what somebody asked not to be told of, from when until when."""

import msgspec

from tocsin.domain.matchers import Matcher


class Silence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One silence; `matchers` keep the order in which they were given.

    `version` grows by one with each change that is stored; 0: not stored yet.
    """

    id: str
    matchers: tuple[Matcher, ...]
    starts_at_s: float
    ends_at_s: float
    updated_at_s: float
    created_by: str = ""
    comment: str = ""
    version: int = 0
