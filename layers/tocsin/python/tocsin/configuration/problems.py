"""What is wrong with a configuration, and where."""

from collections.abc import Sequence

import msgspec

from tocsin.domain.errors import ConfigurationError

# Keys and list indices from the top of the document down to a value.
Location = tuple[str | int, ...]


class Problem(msgspec.Struct, frozen=True, order=True):
    """One thing to mend."""

    file: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: "
        return where + (f"{self.path}: {self.message}" if self.path else self.message)


class ConfigurationErrors(ConfigurationError):
    """Everything that is wrong with one configuration file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def path_of(location: Location) -> str:
    """Write a location as people do: `tenants.acme.receivers[0].name`."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += f".{part}" if path else part
    return path
