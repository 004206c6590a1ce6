from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import alert
from tocsin.domain.enrichment.linktemplate import VALUE_LIMIT, parse_link
from tocsin.domain.enrichment.stage import Draft, Subject
from tocsin.domain.errors import InvalidInput
from tocsin.domain.found import Enrichment, Owner

SUBJECT = Subject(tenant="acme", fingerprint="f1", at_s=1_700_000_100.0)
OWNER = Enrichment(owner=Owner(service="checkout", team="Pay & Co"))


def url(template: str, found: Enrichment = OWNER, **fields: object) -> str:
    return parse_link("-", template).url(SUBJECT, Draft(alert=alert(**fields), found=found))


def with_label(template: str, value: str) -> str:
    return url(template, labels={"alertname": "A", "x": value})


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("$labels.x", "a%2Fb%20c"),
        ("$annotations.y", "d%26e%3Df"),
        ("$value", "97.5"),
        ("$severity", "high"),
        ("$fingerprint", "f1"),
        ("$owner.service", "checkout"),
        ("$owner.team", "Pay%20%26%20Co"),
        ("$startsAt", "2023-11-14T22%3A13%3A20Z"),
        ("$startsAt_s", "1700000000"),
        ("$startsAt_ms", "1700000000000"),
        ("$startsAt_ms - 15m", "1699999100000"),
        ("$startsAt_s+1h", "1700003600"),
    ],
)
def test_each_place_is_replaced(place: str, value: str) -> None:
    given = {"labels": {"x": "a/b c"}, "annotations": {"y": "d&e=f"}, "value": 97.5}
    found = url(
        f"https://a.example/?q={{{{ {place} }}}}",
        severity="high",
        starts_at_s=1_700_000_000.0,
        **given,
    )
    assert found == f"https://a.example/?q={value}"


def test_an_alert_that_does_not_say_when_it_began_has_the_time_of_receipt() -> None:
    assert url("https://a/{{$startsAt_s}}", starts_at_s=None) == "https://a/1700000100"


@pytest.mark.parametrize(
    "place",
    ["$labels.none", "$annotations.none", "$value", "$owner.service", "$labels.empty"],
)
def test_without_one_of_its_values_there_is_no_link(place: str) -> None:
    given = {"labels": {"empty": ""}, "value": None}
    assert url(f"https://a/{{{{ {place} }}}}", Enrichment(), **given) == ""


@given(st.text(min_size=1, max_size=50))
def test_no_value_leads_to_another_host_path_or_parameter(value: str) -> None:
    found = with_label("https://a.example/x/{{ $labels.x }}/y?q={{ $labels.x }}&z=1#f", value)
    if value in (".", ".."):
        assert found == ""
        return
    parts = urlsplit(found)
    assert (parts.scheme, parts.netloc, parts.fragment) == ("https", "a.example", "f")
    readable = value.encode(errors="replace").decode()
    assert [unquote(each) for each in parts.path.split("/")] == ["", "x", readable, "y"]
    assert parse_qs(parts.query, keep_blank_values=True) == {"q": [readable], "z": ["1"]}


@pytest.mark.parametrize("value", [".", "..", "%2e%2e/", "../..", "a/../b", "..\\"])
def test_no_value_climbs_in_the_path(value: str) -> None:
    found = with_label("https://a.example/x/{{ $labels.x }}", value)
    assert found == "" or "/" not in found.removeprefix("https://a.example/x/")


def test_parts_of_one_segment_do_not_climb_together() -> None:
    assert with_label("https://a.example/x/{{ $labels.x }}{{ $labels.x }}", ".") == ""


@pytest.mark.parametrize(
    "at_s", [1e306, 1e20, float("inf"), float("nan"), -1e306, 253_402_300_800.0, -62_135_596_801.0]
)
@pytest.mark.parametrize("unit", ["", "_s", "_ms"])
def test_a_time_that_no_calendar_has_has_no_link(at_s: float, unit: str) -> None:
    assert url(f"https://a/{{{{ $startsAt{unit} }}}}", starts_at_s=at_s) == ""


def test_the_first_and_the_last_second_of_the_calendar_have_links() -> None:
    first = url("https://a/{{ $startsAt }}", starts_at_s=-62_135_596_800.0)
    assert first == "https://a/0001-01-01T00%3A00%3A00Z"
    last = url("https://a/{{ $startsAt - 1s }}", starts_at_s=253_402_300_800.0)
    assert last == "https://a/9999-12-31T23%3A59%3A59Z"


def test_a_long_value_has_no_link() -> None:
    assert with_label("https://a/{{ $labels.x }}", "v" * VALUE_LIMIT) != ""
    assert with_label("https://a/{{ $labels.x }}", "v" * (VALUE_LIMIT + 1)) == ""


def test_a_value_is_not_looked_at_again() -> None:
    found = with_label("https://a/{{ $labels.x }}", "{{ $labels.alertname }}")
    assert found == "https://a/%7B%7B%20%24labels.alertname%20%7D%7D"


def test_a_title_is_one_short_line_of_plain_text() -> None:
    pattern = parse_link("Logs of {{ $labels.x }}", "https://a/")
    draft = Draft(alert=alert(labels={"x": "a\n\u202eb\x00\ud800" + "c" * 1000}))
    assert pattern.title(SUBJECT, draft) == ("Logs of ab" + "c" * 1000)[:100]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("https://{{ $labels.x }}.example/", "the host of a link never comes from an alert"),
        ("https://a.example{{ $labels.x }}", "the host of a link never comes from an alert"),
        ("https://a.example:{{ $labels.a/b }}/", "the host of a link never comes from an alert"),
        ("{{ $labels.x }}", "begins with https://"),
        ("ftp://a.example/", "begins with https://"),
        ("https://", "not the host"),
        ("https://a@b/", "credentials"),
        ("https://a/ b", "printable ASCII"),
        ("https://a/{{ .Labels.x }}", "is not replaced"),
        ("https://a/{{ $startsAt - 5 }}", "not a duration"),
        ("https://a/{{ $labels.x", "not closed"),
        ("https://a/" + "x" * 3000, "at most 2048"),
    ],
)
def test_what_cannot_be_a_link_is_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message.replace("$", r"\$")):
        parse_link("-", text)
