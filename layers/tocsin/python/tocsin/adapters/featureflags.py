"""Feature flags by OpenFeature's in-memory provider.

Source: OpenFeature specification, section 2 (providers) and appendix A (in-memory provider).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tocsin.domain.config import TenantConfig
from tocsin.domain.flag import Flag, FlagEvaluation, place
from tocsin.ports.flags import AskedFlag

if TYPE_CHECKING:
    from openfeature.evaluation_context import EvaluationContext
    from openfeature.flag_evaluation import FlagResolutionDetails
    from openfeature.provider.in_memory_provider import InMemoryFlag

_VARIANTS = {"on": True, "off": False}
_WORDS = {
    "on": "for all",
    "off": "the flag is off",
    "excepted": "the tenant is excepted",
    "for others": "the flag is for other tenants",
}


class OpenFeatureFlags:
    """Evaluates flags; the library is imported when the first tenant that has some is asked for."""

    def evaluate(self, config: TenantConfig, asked: Sequence[AskedFlag]) -> list[FlagEvaluation]:
        """Return an answer for each, in order; a flag that the tenant does not have is off."""
        from openfeature.evaluation_context import EvaluationContext
        from openfeature.provider.in_memory_provider import InMemoryProvider

        provider = InMemoryProvider(
            {name: _in_memory(name, flag, config.tenant) for name, flag in config.flags.items()}
        )
        answers = (
            provider.resolve_boolean_details(name, False, EvaluationContext(targeting_key=unit))
            for name, unit in asked
        )
        return [_evaluation(each) for each in answers]


def _in_memory(name: str, flag: Flag, tenant: str) -> "InMemoryFlag[bool]":
    from openfeature.flag_evaluation import FlagResolutionDetails, Reason
    from openfeature.provider.in_memory_provider import InMemoryFlag

    def of_units(
        found: "InMemoryFlag[bool]", context: "EvaluationContext"
    ) -> "FlagResolutionDetails[bool]":
        own = place(name, tenant, context.targeting_key or "")
        variant = "on" if own < flag.percent else "off"
        said = {"words": f"its place is {own:g}, the flag is for those below {flag.percent}"}
        return FlagResolutionDetails(
            found.variants[variant], reason=Reason.SPLIT, variant=variant, flag_metadata=said
        )

    is_split = flag.choice == "on" and flag.percent < 100
    return InMemoryFlag(
        default_variant="on" if flag.choice == "on" else "off",
        variants=_VARIANTS,
        flag_metadata={"words": _WORDS[flag.choice]},
        context_evaluator=of_units if is_split else None,
    )


def _evaluation(details: "FlagResolutionDetails[bool]") -> FlagEvaluation:
    words = str(details.flag_metadata.get("words", "the tenant has no such flag"))
    return FlagEvaluation(details.value, words)
