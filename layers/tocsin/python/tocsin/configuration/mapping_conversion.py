"""Mappings of `tocsin.yaml` as the pipeline uses them, and back as people read them."""

from collections.abc import Iterable
from typing import Any

from tocsin.configuration import mappings as models
from tocsin.domain.duration import format_duration
from tocsin.domain.mapping import PayloadMapping, Source

Named = tuple[tuple[str, Source], ...]


def to_payload_mapping(model: models.PayloadMapping) -> PayloadMapping:
    """Return one mapping; its words are in lower case from here on."""
    fields = model.fields
    return PayloadMapping(
        name=model.name,
        is_default=model.default,
        sends_forms=model.form,
        alerts=model.alerts or "",
        match=tuple(
            (path, tuple(word.strip().lower() for word in words))
            for path, words in model.match.items()
        ),
        title=_text(fields.name),
        name_stays=not model.name_changes,
        status=None if fields.status is None else _word(fields.status),
        severity=None if fields.severity is None else _word(fields.severity),
        labels=tuple((name, _text(value)) for name, value in fields.labels.items()),
        annotations=tuple((name, _text(value)) for name, value in fields.annotations.items()),
        starts_at=fields.starts_at or "",
        ends_at=fields.ends_at or "",
        observed_at=fields.observed_at or "",
        url=fields.url or "",
        value=fields.value or "",
        hold_s=model.hold,
    )


def displayed_mapping(mapping: PayloadMapping) -> dict[str, Any]:
    """Return a mapping in the words of `tocsin.yaml`."""
    times = {"starts_at": mapping.starts_at, "ends_at": mapping.ends_at}
    others = {"observed_at": mapping.observed_at, "url": mapping.url, "value": mapping.value}
    fields = {
        "name": _shown(mapping.title),
        "status": mapping.status and _shown(mapping.status),
        "severity": mapping.severity and _shown(mapping.severity),
        "labels": _all_shown(mapping.labels),
        "annotations": _all_shown(mapping.annotations),
        **times,
        **others,
    }
    shown = {
        "name": mapping.name,
        "default": mapping.is_default,
        "form": mapping.sends_forms,
        "alerts": mapping.alerts,
        "match": {path: list(words) for path, words in mapping.match},
        "fields": _given(fields),
        "name_changes": not mapping.name_stays,
        "hold": "" if mapping.hold_s is None else format_duration(mapping.hold_s),
    }
    return _given(shown)


def _text(model: models.MappedText) -> Source:
    return Source(
        text=model.source or "",
        constant=model.constant,
        words=_words(model.words.items()),
        default=model.default,
        required=model.required,
    )


def _word(model: models.MappedStatus | models.MappedSeverity) -> Source:
    return Source(
        text=model.source or "",
        constant=model.constant,
        words=_words(model.words.items()),
        default=model.default,
    )


def _words(words: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((word.strip().lower(), meaning) for word, meaning in words)


def _all_shown(sources: Named) -> dict[str, Any]:
    return {name: _shown(source) for name, source in sources}


def _shown(source: Source) -> Any:
    block = _given(
        {
            "from": source.text,
            "constant": source.constant,
            "words": dict(source.words),
            "default": source.default,
            "required": source.required,
        }
    )
    return source.text if list(block) == ["from"] else block


def _given(values: dict[str, Any]) -> dict[str, Any]:
    """Leave out what says nothing."""
    return {name: value for name, value in values.items() if value not in (None, "", False, {}, [])}
