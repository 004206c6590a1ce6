"""Templates: what they can do, and that none of them can do harm."""

import time
import tracemalloc

import pytest

from tocsin.domain.errors import TemplateError
from tocsin.domain.message.content import content_of
from tocsin.domain.message.samples import sample_subjects
from tocsin.domain.message.values import SEEN_ALERTS, values_of
from tocsin.domain.templating.evaluation import Rendered, render
from tocsin.domain.templating.expressions import STEPS_LIMIT, TEXT_LIMIT
from tocsin.domain.wording import words_of

FIRST, *_, DIGEST = sample_subjects("acme", "oncall", "en")
# Far above what it takes: a bound on it is what counts, whatever else the machine does.
_LIMIT_CPU_S = 3.0


def rendered(source: str, *, subject=FIRST, is_strict: bool = True) -> Rendered:
    values = values_of(content_of(subject, SEEN_ALERTS), subject)
    return render(source, values, words_of("en"), is_strict=is_strict)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ alerts[0].name }} on {{ alerts[0].labels.instance }}", "HighLatency on web-1:9090"),
        ("{{ alerts[0].labels['cluster']|upper }}", "EU-1"),
        ("{{ alerts[0].since|time }}", "2026-01-01 00:00 UTC"),
        ("{{ alerts[0].value|round(1) }} {{ 3900|duration }}", "2.5 1h5m"),
        ("{{ alerts[0].labels.absent }}{{ alerts[0].labels.absent or 'none' }}", "none"),
        ("{{ alerts[0].labels.absent|default('?') }}", "?"),
        ("{% if firing > 1 %}many{% elif firing %}one{% else %}none{% endif %}", "one"),
        ("{% for n, v in labels|items if n in ['cluster', 'team'] %}{{ n }}={{ v }}"
         "{{ ', ' if not loop.last }}{% endfor %}", "cluster=eu-1, team=payments"),
        ("{% set who = alerts[0].owner or 'nobody' %}{{ 'for ' ~ who }}",
         "for payments (#payments): checkout, tier 1"),
        ("{{ kinds|map('name')|join(' + ') }} {{ kinds|length * 2 }}", "HighLatency 2"),
        ("{% raw %}{{ x }}{% endraw %}{# nothing #}", "{{ x }}"),
        ("{{ alerts[0].summary|replace('2 s', 'two')|truncate(12) }}", "The 99th pe…"),
        ("{{ none is none }} {{ x is defined }}", "true false"),
    ],
)  # fmt: skip
def test_what_a_template_says(source: str, text: str) -> None:
    assert rendered(source, is_strict="x is" not in source).text == text


def test_lines_of_statements_leave_nothing_behind() -> None:
    source = (
        "{% for a in alerts[:2] %}\n  {% if a.new %}\n{{ a.name }}\n  {% endif %}\n{% endfor %}\n"
    )
    assert rendered(source, subject=DIGEST).text == "HighLatency\nDown\n"


DOUBLING = "{% set x = 'aaaaaaaaaaaaaaaaaaaa' %}"


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in range(999999999) %}x{% endfor %}",
        "{{ 'a' * 10**9 }}",
        "{{ 'a' * 1000000000 }}",
        "{{ 9**9**9 }}",
        "{{ 999999999999 * 999999999999 }}",
        "{% for a in alerts %}{% for b in alerts %}{% for c in alerts %}{% endfor %}{% endfor %}"
        "{% endfor %}",
        "{% for a in alerts %}{% for b in alerts %}{{ 'x' in a.summary ~ b.summary ~ a.name }}"
        "{% endfor %}{% endfor %}",
        DOUBLING + "{% set x = x ~ x %}" * 60,
        DOUBLING + "{% set x = x|replace('a', 'aaaaaaaaaaaaaaaaaaaa') %}" * 60,
        "{{ '%1000000000d' % 1 }}",
        "{{ '{:1000000000}'.format(1) }}",
        "{{ 'a'|center(1000000000) }}",
        "{{ lipsum(n=100000) }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% for a in alerts recursive %}{{ loop(alerts) }}{% endfor %}",
        "{{ " + "(" * 4000 + "1" + ")" * 4000 + " }}",
        "{{ " + "[" * 900 + "]" * 900 + " }}",
        "{{ " + "9" * 9000 + " }}",
        "{{ " + "-" * 3000 + "1 }}",
        "{{ " + " and ".join(["1"] * 1500) + " }}",
        "{% if x %}" * 500 + "{% endif %}" * 500,
        "x" * 10_001,
    ],
    ids=lambda source: source[:40],
)
def test_what_would_take_long_or_much_is_stopped(source: str) -> None:
    began_s = time.process_time()
    with pytest.raises(TemplateError):
        rendered(source, subject=DIGEST)
    assert time.process_time() - began_s < _LIMIT_CPU_S


def test_a_text_that_would_be_too_long_is_not_made() -> None:
    doubled = "{% set x = x ~ x %}" * 5
    source = f"{{% set x = '{'😀' * 600}' %}}{doubled}{{{{ [{'1,' * 1900}1]|join(x) }}}}"
    tracemalloc.start()
    with pytest.raises(TemplateError, match="'join' makes the text too long"):
        rendered(source)
    _, most_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most_bytes < 20_000_000


def test_steps_are_counted_alike_each_time_and_bound_what_is_done() -> None:
    source = "{% for a in alerts %}{{ a.name }}{% endfor %}"
    first, second = (rendered(source, subject=DIGEST).steps for _ in range(2))
    assert first == second < STEPS_LIMIT
    # Fifty alerts, and for each at least the loop, the output, the name and its field.
    assert first >= SEEN_ALERTS * 4


def test_output_is_cut_where_it_gets_too_long() -> None:
    found = rendered("{% for a in alerts %}" + "x" * 1000 + "{% endfor %}", subject=DIGEST)
    assert len(found.text) == TEXT_LIMIT
    assert found.text.endswith("…")


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__ }}",
        "{{ alerts.__class__ }}",
        "{{ alerts[0].__class__.__mro__ }}",
        "{{ title.upper() }}",
        "{{ alerts|map('__class__')|join }}",
        "{{ self }}",
        "{{ cycler }}",
        "{{ namespace(a=1) }}",
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{{ alerts|attr('__class__') }}",
        "{{ alerts|xmlattr }}",
    ],
)
def test_nothing_of_python_can_be_reached(source: str) -> None:
    with pytest.raises(TemplateError):
        rendered(source)
    assert "class" not in _lenient(source)


def _lenient(source: str) -> str:
    try:
        return rendered(source, is_strict=False).text
    except TemplateError:
        return ""


def test_a_label_that_is_called_like_a_method_is_that_label() -> None:
    from msgspec.structs import replace

    alert = replace(FIRST.alerts[0], labels={"alertname": "A", "items": "7", "keys": "8"})
    subject = replace(FIRST, alerts=(alert,))
    source = "{{ alerts[0].labels.items }}{{ alerts[0].labels.keys }}{{ labels.values }}"
    assert rendered(source, subject=subject).text == "78"


@pytest.mark.parametrize(
    ("source", "where", "message"),
    [
        ("{{ titel }}", (1, 4), "'titel' is not defined; 'title' is"),
        ("a\n  {{ alerts[0].nam }}", (2, 15), "'nam' is not defined; 'name' is"),
        ("{% if firing %}\n{{ x|uper }}{% endif %}", (2, 5), "no filter 'uper'; there is 'upper'"),
        ("{% for a in alerts %}", (1, 20), "unexpected end of template"),
        ("a\r\nb {{ 1 +", (2, 8), "unexpected"),
        ("{{ a ? b }}", (1, 6), "unexpected char '?'"),
        ("{{ labels.items() }}", (1, 16), "write `|items` in place of `.items()`"),
        ("{{ alerts }}", (1, 4), "it is a list; use `|join`"),
        ("{{ 1 / 0 }}", (1, 4), "has no result"),
        ("{% if resolved > 99 %}{{ neverr }}{% endif %}", (1, 26), "'neverr' is not defined"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    source: str, where: tuple[int, int], message: str
) -> None:
    with pytest.raises(TemplateError) as raised:
        rendered(source)
    assert message in raised.value.message
    assert raised.value.line == where[0]
    # Where text ends too early, the last thing in it is named.
    assert abs(raised.value.column - where[1]) <= 3


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ 1 < 'a' }}", "a text and a number have no order"),
        ("{{ 'a' in 1 }}", "`in` needs a list"),
        ("{{ 1 == 1 == (alerts ~ '') }}", "cannot be written out"),
        ("{{ 1 < " + "-" * 70 + "1 }}", "is nested too deeply"),
        (
            "{% for a in alerts %}" * 6 + "{{ 'a' in alerts }}" + "{% endfor %}" * 6,
            "takes more than 30000 steps",
        ),
    ],
)
def test_what_is_wrong_with_a_comparison_has_a_place(source: str, message: str) -> None:
    with pytest.raises(TemplateError, match=message) as raised:
        rendered(source, subject=DIGEST)
    assert raised.value.line == 1
    assert raised.value.column > 1


def test_what_is_not_defined_is_empty_and_a_warning_where_it_must_not_fail() -> None:
    found = rendered("a{{ titel }}b{{ alerts[0].labels.absent }}", is_strict=False)
    assert found.text == "ab"
    assert found.warnings == ("line 1, column 5: 'titel' is not defined",)
