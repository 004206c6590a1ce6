"""What Prometheus labels and annotations say: name, severity and value."""

from tocsin.domain.alert import Severity, severity_of
from tocsin.providers.limits import LABEL_NAME_CHARACTERS
from tocsin.providers.reading import number


def name_of(labels: dict[str, str]) -> str:
    """Return `alertname`, or the labels as a selector where there is none."""
    name = labels.get("alertname")
    if name:
        return name
    selector = ", ".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
    return f"{{{selector}}}"[:LABEL_NAME_CHARACTERS]


def named(labels: dict[str, str]) -> dict[str, str]:
    """Return labels that hold `alertname`; the same object if they do.

    An empty one keeps the promise that the label is there, and changes neither fingerprint.
    """
    return labels if "alertname" in labels else {**labels, "alertname": ""}


def severity_from(labels: dict[str, str]) -> Severity:
    """Map `severity`, or `priority` where that is missing; without either it is a warning."""
    return severity_of(labels.get("severity") or labels.get("priority") or "warning")


def value_from(annotations: dict[str, str]) -> float | None:
    """Return the annotation `value`, a wide-spread convention, where it is a plain number."""
    return number(annotations["value"]) if "value" in annotations else None
