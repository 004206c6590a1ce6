"""Inhibition: an alert that fires keeps others, which follow from it, from being told."""

import msgspec

from tocsin.domain.matchers import Matcher


class InhibitRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """While a source fires, targets that have the same values of the `equal` labels are muted.

    A label that is missing has the value "". An alert that is source and target is not muted
    by another that is both. Source: Alertmanager, inhibit/inhibit.go.
    """

    source_matchers: tuple[Matcher, ...] = ()
    target_matchers: tuple[Matcher, ...] = ()
    equal: tuple[str, ...] = ()
