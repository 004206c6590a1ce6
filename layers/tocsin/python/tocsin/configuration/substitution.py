"""`${NAME}` in values, so that secrets can stay out of the file.

`${NAME:-default}` stands for the default where NAME is unset or empty, and `$${` for the
two characters `${`. What a variable holds is never read again for further variables.
"""

import re
from collections.abc import Mapping

_REFERENCE = re.compile(r"\$\$\{|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})?")


def substitute(text: str, environ: Mapping[str, str]) -> str:
    """Replace each reference by what `environ` holds.

    Raises ValueError, without quoting any value, for a variable that is unset or a reference
    that is malformed.
    """
    return _REFERENCE.sub(lambda found: _replacement(found, environ), text)


def variables(text: str) -> tuple[str, ...]:
    """Return the names of the variables that a text refers to, each once, in their order."""
    return tuple(dict.fromkeys(found[1] for found in _REFERENCE.finditer(text) if found[1]))


def _replacement(found: re.Match[str], environ: Mapping[str, str]) -> str:
    if found[0] == "$${":
        return "${"
    name, default = found[1], found[2]
    if name is None:
        raise ValueError("malformed variable; write ${NAME}, ${NAME:-default}, or $${ for ${")
    if default is not None:
        return environ.get(name) or default
    if name not in environ:
        raise ValueError(f"the environment variable {name} is not set")
    return environ[name]
