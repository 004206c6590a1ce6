"""One alert of a mapped payload."""

from functools import partial
from typing import Any, cast

from tocsin.domain.alert import Alert, Severity, Status, severity_of
from tocsin.domain.errors import InvalidAlert
from tocsin.domain.mapping import PayloadMapping, Source
from tocsin.providers import limits
from tocsin.providers.fields import unnamed
from tocsin.providers.kept import annotations as kept_annotations
from tocsin.providers.label_set import (
    check_annotations,
    check_labels,
    listed,
    scalar_text,
    texts,
)
from tocsin.providers.mapping_source import Place, Reader, compiled
from tocsin.providers.reading import moment, number, quoted, web_link
from tocsin.providers.status_words import STATUS_WORDS

ALL = "*"
IGNORED = "ignored"


class AlertReader:
    """Reads alerts as one mapping says. Making one raises ValueError for a bad path."""

    def __init__(self, mapping: PayloadMapping) -> None:
        self._mapping = mapping
        self._title = compiled(mapping.title)
        self._status = _maybe(mapping.status)
        self._severity = _maybe(mapping.severity)
        self._labels = [(name, compiled(source)) for name, source in mapping.labels]
        self._annotations = [(name, compiled(source)) for name, source in mapping.annotations]
        times = (mapping.starts_at, mapping.ends_at, mapping.observed_at)
        self._starts_at, self._ends_at, self._observed_at = map(_field, times)
        self._url, self._value = _field(mapping.url), _field(mapping.value)

    def read(self, place: Place, received_at_s: float) -> Alert | None:
        """Return the alert; None if its status is one to be left alone.

        Raises InvalidAlert.
        """
        ends_at_s = _moment(self._ends_at, place)
        status = self._status_of(place, ends_at_s, received_at_s)
        if status is None:
            return None
        name = self._name(place)
        return Alert(
            name=name,
            status=status,
            severity=self._severity_of(place),
            labels=self._labels_of(place, name),
            annotations=self._annotations_of(place),
            starts_at_s=_moment(self._starts_at, place),
            ends_at_s=ends_at_s if status == "resolved" else None,
            observed_at_s=_moment(self._observed_at, place),
            holds_until_s=self._holds_until_s(status, ends_at_s, received_at_s),
            provider=self._mapping.name,
            url=web_link(_value(self._url, place)),
            value=number(_value(self._value, place)),
        )

    def _name(self, place: Place) -> str:
        name = self._title.text(place)
        if not name.strip():
            raise InvalidAlert("expected the name of the alert, got none", self._title.path)
        return name

    def _status_of(
        self, place: Place, ends_at_s: float | None, received_at_s: float
    ) -> Status | None:
        reader = self._status
        value = reader.value(place) if reader else None
        default = reader.default if reader else None
        if reader is None or value is None:
            ended = ends_at_s is not None and ends_at_s <= received_at_s
            return _status(default) if default else "resolved" if ended else "firing"
        word = scalar_text(value, reader.path).strip().lower()
        meaning = reader.words.get(word, word)
        if meaning == IGNORED and word in reader.words:
            return None
        status = STATUS_WORDS.get(meaning) or default
        if not status:
            raise InvalidAlert(f"expected {self._known()}, got {quoted(word)}", reader.path)
        return _status(status)

    def _known(self) -> str:
        words = [word for word, _ in self._mapping.status.words] if self._mapping.status else []
        return ", ".join([*words, "or a word for firing or resolved"])

    def _severity_of(self, place: Place) -> Severity:
        reader = self._severity
        if reader is None:
            return "warning"
        default = cast(Severity, reader.default or "warning")
        value = reader.value(place)
        if value is None:
            return default
        return severity_of(reader.worded(scalar_text(value, reader.path)), default)

    def _labels_of(self, place: Place, name: str) -> dict[str, str]:
        labels: dict[str, str] = {}
        for label, reader in self._labels:
            if label == ALL:
                labels.update(reader.once(place, "labels", partial(_all_labels, reader)))
        for label, reader in self._labels:
            if label != ALL:
                labels[label] = reader.text(place)
        if self._mapping.name_stays:
            return check_labels({**labels, "alertname": name})
        labels.pop("alertname", None)
        if not any(labels.values()):
            raise InvalidAlert("expected a label: the name is no part of the identity", "labels")
        return unnamed(labels)

    def _annotations_of(self, place: Place) -> dict[str, str]:
        said = {
            name: text
            for name, reader in self._annotations
            if name != ALL and (text := reader.text_for_people(place))
        }
        objects = [
            reader.once(place, "annotations", partial(_all_annotations, reader))
            for name, reader in self._annotations
            if name == ALL
        ]
        return kept_annotations(said, *objects) if objects else check_annotations(said)

    def _holds_until_s(
        self, status: Status, ends_at_s: float | None, received_at_s: float
    ) -> float | None:
        if status == "resolved":
            return None
        if ends_at_s is not None and ends_at_s > received_at_s:
            return ends_at_s
        hold_s = self._mapping.hold_s
        return None if hold_s is None else received_at_s + hold_s


def _maybe(source: Source | None) -> Reader | None:
    return None if source is None else compiled(source)


def _field(text: str) -> Reader | None:
    return compiled(Source(text=text)) if text else None


def _value(reader: Reader | None, place: Place) -> Any:
    return None if reader is None else reader.value(place)


def _moment(reader: Reader | None, place: Place) -> float | None:
    return None if reader is None else moment(reader.value(place), reader.path)


def _all_labels(reader: Reader, place: Place) -> dict[str, str]:
    """Return an object's single values, or a list's `name:value` texts, as labels."""
    values = reader.value(place)
    if values is None:
        return {}
    read = listed if type(values) is list else texts
    labels = read(values, reader.path)
    # The name of the alert takes this one's place, or it is left out.
    labels.pop("alertname", None)
    if len(labels) > limits.LABELS_PER_ALERT:
        raise InvalidAlert(f"more than {limits.LABELS_PER_ALERT} labels", "labels")
    return labels


def _all_annotations(reader: Reader, place: Place) -> dict[str, str]:
    """Return the first single values of an object, no more than an alert may have."""
    return kept_annotations({}, reader.value(place))


def _status(word: str) -> Status:
    return "resolved" if word == "resolved" else "firing"
