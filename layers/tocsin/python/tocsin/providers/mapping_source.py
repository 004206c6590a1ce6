"""Sources of a mapping, compiled: from an alert of a payload to one value."""

from typing import Any

import msgspec

from tocsin.domain.errors import InvalidAlert
from tocsin.domain.mapping import Source
from tocsin.providers.label_set import scalar_text
from tocsin.providers.mapping_path import Path, is_template, parse_path, parse_template


class Place(msgspec.Struct, frozen=True):
    """The body of a request and the alert in it that is read."""

    body: Any
    alert: Any


class Reader(msgspec.Struct, frozen=True):
    """One compiled source; `path` names it in errors."""

    path: str
    parts: tuple[str | Path, ...]
    is_plain: bool
    constant: str | None
    words: dict[str, str]
    default: str | None
    is_required: bool

    def value(self, place: Place) -> Any:
        """Return what is there, whatever its type; "" counts as missing, and missing is None."""
        if self.constant is not None:
            return self.constant
        if self.is_plain:
            (path,) = self.parts
            assert isinstance(path, Path)
            found = path.find(place.body, place.alert)
        else:
            found = self._filled(place)
        return None if found == "" else found

    def text(self, place: Place) -> str:
        """Return the value as text, with its word and default, and "" if it is missing.

        Raises InvalidAlert for lists and objects, and for what is required and missing.
        """
        value = self.value(place)
        if value is None:
            if self.default is None and self.is_required:
                raise InvalidAlert("expected a value, got none", self.path)
            return self.default or ""
        return self.worded(scalar_text(value, self.path))

    def text_for_people(self, place: Place) -> str:
        """As `text`, but a list or an object is only left out."""
        try:
            return self.text(place)
        except InvalidAlert:
            return ""

    def worded(self, word: str) -> str:
        """Return what a word means here; it stands for itself if nothing is said of it."""
        return self.words.get(word.strip().lower(), word) if self.words else word

    def _filled(self, place: Place) -> str | None:
        """Fill in a template; missing if none of its paths leads anywhere."""
        texts: list[str] = []
        is_there = False
        for part in self.parts:
            if isinstance(part, str):
                texts.append(part)
                continue
            text = _joined(part, place)
            is_there = is_there or text != ""
            texts.append(text)
        return "".join(texts) if is_there else None


def _joined(path: Path, place: Place) -> str:
    if path.is_many:
        found = path.find_all(place.body, place.alert)
        return ", ".join(scalar_text(value, where) for value, where in found)
    value = path.find(place.body, place.alert)
    return "" if value is None else scalar_text(value, path.text)


def compiled(source: Source) -> Reader:
    """Compile a source. Raises ValueError for a text that is neither path nor template."""
    if source.constant is not None:
        parts: tuple[str | Path, ...] = ()
    elif is_template(source.text):
        parts = parse_template(source.text)
    else:
        parts = (parse_path(source.text),)
    is_plain = len(parts) == 1 and isinstance(parts[0], Path) and not parts[0].is_many
    return Reader(
        path=source.text,
        parts=parts,
        is_plain=is_plain and not is_template(source.text),
        constant=source.constant,
        words=dict(source.words),
        default=source.default,
        is_required=source.required,
    )
