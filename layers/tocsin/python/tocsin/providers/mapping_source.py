"""Sources of a mapping, compiled: from an alert of a payload to one value."""

from collections.abc import Callable, Hashable
from typing import Any

import msgspec

from tocsin.domain.errors import InvalidAlert
from tocsin.domain.mapping import Source
from tocsin.providers import limits
from tocsin.providers.label_set import cut, scalar_text
from tocsin.providers.mapping_path import Path, is_template, parse_path, parse_template

_BETWEEN = ", "
# One more than any field keeps, so that a text that was cut here still counts as too long.
_TEXT_CHARACTERS = limits.ANNOTATION_VALUE_CHARACTERS + 1


class Body:
    """The body of a request. What is read from it alone is read once, not for each alert."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self._read: dict[Hashable, Any] = {}

    def once(self, key: Hashable, read: Callable[[], Any]) -> Any:
        """Return what `read` returned for this key, or raise an InvalidAlert like the one it did.

        Each alert that cannot be read has an error of its own, with its own path.
        """
        if key not in self._read:
            try:
                self._read[key] = read()
            except InvalidAlert as error:
                self._read[key] = InvalidAlert(error.message, error.path)
        found = self._read[key]
        if isinstance(found, InvalidAlert):
            raise InvalidAlert(found.message, found.path)
        return found


class Place(msgspec.Struct, frozen=True):
    """The body of a request and the alert in it that is read."""

    body: Body
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
    is_from_body: bool

    def once(self, place: Place, what: str, read: Callable[[Place], Any]) -> Any:
        """Return what `read` returns, which `what` names; once a request if it is all the body's.

        Raises InvalidAlert.
        """
        if self.is_from_body:
            return place.body.once((id(self), what), lambda: read(place))
        return read(place)

    def value(self, place: Place) -> Any:
        """Return what is there, whatever its type; "" counts as missing, and missing is None.

        Texts are cut where they are too long for any field.
        """
        return (
            self.constant if self.constant is not None else self.once(place, "value", self._found)
        )

    def _found(self, place: Place) -> Any:
        if self.is_plain:
            (path,) = self.parts
            assert isinstance(path, Path)
            found = path.find(place.body.value, place.alert)
        else:
            found = self._filled(place)
        if type(found) is str:
            return found[:_TEXT_CHARACTERS] or None
        return found

    def text(self, place: Place) -> str:
        """Return the value as text, with its word and default, and "" if it is missing.

        Raises InvalidAlert for lists and objects, and for what is required and missing.
        """
        text: str = self.once(place, "text", self._text)
        return text

    def _text(self, place: Place) -> str:
        value = self.value(place)
        if value is None:
            if self.default is None and self.is_required:
                raise InvalidAlert("expected a value, got none", self.path)
            return self.default or ""
        return self.worded(scalar_text(value, self.path))

    def text_for_people(self, place: Place) -> str:
        """As `text`, but a list or an object is only left out, and a long text is cut."""
        text: str = self.once(place, "text for people", self._text_for_people)
        return text

    def _text_for_people(self, place: Place) -> str:
        try:
            return cut(self._text(place))
        except InvalidAlert:
            return ""

    def worded(self, word: str) -> str:
        """Return what a word means here; it stands for itself if nothing is said of it."""
        return self.words.get(word.strip().lower(), word) if self.words else word

    def _filled(self, place: Place) -> str | None:
        """Fill in a template; missing if none of its paths leads anywhere."""
        texts: list[str] = []
        is_there = False
        characters = 0
        for part in self.parts:
            text = part if isinstance(part, str) else _part(part, place)
            is_there = is_there or (text != "" and text is not part)
            texts.append(text)
            characters += len(text)
            if is_there and characters > _TEXT_CHARACTERS:
                break
        return "".join(texts) if is_there else None


def _part(path: Path, place: Place) -> str:
    if path.is_from_body:
        text: str = place.body.once(path.text, lambda: _joined(path, place))
        return text
    return _joined(path, place)


def _joined(path: Path, place: Place) -> str:
    if not path.is_many:
        value = path.find(place.body.value, place.alert)
        return "" if value is None else scalar_text(value, path.text)[:_TEXT_CHARACTERS]
    texts: list[str] = []
    characters = 0
    for value, where in path.find_all(place.body.value, place.alert):
        text = scalar_text(value, where)
        texts.append(text)
        characters += len(text) + len(_BETWEEN)
        if characters > _TEXT_CHARACTERS + len(_BETWEEN):
            break
    return _BETWEEN.join(texts)[:_TEXT_CHARACTERS]


def compiled(source: Source) -> Reader:
    """Compile a source. Raises ValueError for a text that is neither path nor template."""
    if source.constant is not None:
        parts: tuple[str | Path, ...] = ()
    elif is_template(source.text):
        parts = parse_template(source.text)
    else:
        parts = (parse_path(source.text),)
    paths = [part for part in parts if isinstance(part, Path)]
    is_plain = len(parts) == 1 and isinstance(parts[0], Path) and not parts[0].is_many
    return Reader(
        path=source.text,
        parts=parts,
        is_plain=is_plain and not is_template(source.text),
        constant=source.constant,
        words=dict(source.words),
        default=source.default,
        is_required=source.required,
        is_from_body=bool(paths) and all(path.is_from_body for path in paths),
    )
