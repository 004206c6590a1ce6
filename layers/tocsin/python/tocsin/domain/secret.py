"""A secret that a receiver needs: where it is kept, or, where nobody keeps it, what it is."""

import msgspec


class Secret(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One of: the name of a secret in Secrets Manager, that of a parameter of SSM, the value.

    `field` is the field to take of a secret that is a JSON object; "": the whole text.
    """

    name: str = ""
    parameter: str = ""
    field: str = ""
    value: str = ""

    def __repr__(self) -> str:
        """Say where it is kept, never what it is."""
        kept = self.name or self.parameter or ("***" if self.value else "")
        return f"Secret({kept!r})"

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return bool(self.name or self.parameter or self.value)
