"""vmalert's alerts, through an Alertmanager and as it posts them itself."""

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.fingerprint import fingerprint
from tocsin.providers.registry import provider

NOW_S = 1_763_793_300.0


def read(name: str, payload: object) -> Alert:
    (entry,) = provider(name).parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def test_an_alert_and_its_end_are_one() -> None:
    firing = read("victoriametrics", sample("victoriametrics"))
    resolved = read("victoriametrics", sample("victoriametrics.resolved"))
    assert (firing.status, resolved.status) == ("firing", "resolved")
    assert fingerprint("acme", firing.labels) == fingerprint("acme", resolved.labels)
    assert firing.provider == resolved.provider == "victoriametrics"
    assert (firing.severity, firing.value) == ("warning", 4.5)
    assert resolved.ends_at_s == 1_763_793_660.0


def test_vmalert_itself_gives_the_same_alert_that_holds_until_its_end() -> None:
    posted = read("alertmanager-api", sample("victoriametrics.vmalert"))
    through_alertmanager = read("victoriametrics", sample("victoriametrics"))
    assert posted.labels == through_alertmanager.labels
    assert posted.holds_until_s == 1_763_794_740.0
    assert through_alertmanager.holds_until_s is None
