"""Log lines as Alertmanager writes them: logfmt, on standard error."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

_NAME = "tocsin.onemachine"
_LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "error": logging.ERROR,
}
LEVELS = tuple(_LEVELS)


class _Logfmt(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        level = "warn" if record.levelno == logging.WARNING else record.levelname.lower()
        facts = {"msg": record.getMessage(), **getattr(record, "facts", {})}
        pairs = " ".join(f"{name}={_quoted(str(value))}" for name, value in facts.items())
        return f"time={at.replace('+00:00', 'Z')} level={level} {pairs}"


def set_up(level: str) -> None:
    """Write lines of this level and above."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Logfmt())
    logger = logging.getLogger(_NAME)
    logger.handlers[:] = [handler]
    logger.propagate = False
    logger.setLevel(_LEVELS[level])


def log(level: str, message: str, **facts: Any) -> None:
    """Write one line."""
    logging.getLogger(_NAME).log(_LEVELS[level], message, extra={"facts": facts})


def _quoted(value: str) -> str:
    if value and all(character.isprintable() and character not in ' "=' for character in value):
        return value
    # What is not printable may be a line, or a word to the terminal that shows it.
    escaped = json.dumps(value, ensure_ascii=not value.isprintable())
    return escaped.replace("\x7f", "\\u007f")
