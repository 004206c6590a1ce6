"""Numbers at the ends of what JSON, a double, DynamoDB and a calendar can hold."""

from collections.abc import Iterator

from tests.hostile.case import OK, Case

_VALUES = (
    "1e308", "-1e308", "5e-324", "1e-400", "-0.0", "0", "18446744073709551615",
    "18446744073709551616", "-9223372036854775809", "9" * 39, "9" * 300, "0." + "3" * 5000,
    "1.7976931348623157e308", "1E+2",
)  # fmt: skip

_TEXTS = (
    "nan", "NaN", "inf", "-inf", "Infinity", "1e400", "-1e400", "1_000", " 7 ", "0x10", "9" * 5000,
    "९", "1e", "--1", "",
)  # fmt: skip

_REFUSED = ("9" * 400, "9" * 5000, "-" + "9" * 5000, "1e309", "1e99999")


def cases(*, whole: bool) -> Iterator[Case]:
    """Yield all of them."""
    for value in _VALUES:
        for field in ("value", "unknown"):
            yield _case(f"{field} {_shown(value)}", f'"{field}": {value}')
        yield _case(f"a label {_shown(value)}", f'"labels": {{"n": {value}}}')
    for value in _TEXTS:
        yield _case(f"the text {_shown(value)}", f'"value": "{value}"')
    for value in _REFUSED:
        yield Case(
            kind="numbers",
            name=f"too large: {_shown(value)}",
            body=f'{{"name": "x", "value": {value}}}'.encode(),
            statuses=(400,),
            code="invalid_json",
        )


def _case(name: str, field: str) -> Case:
    body = f'{{"name": "number", "host": "{name[:40]}", {field}}}'.encode()
    return Case(kind="numbers", name=name, body=body, statuses=OK, accepted=1)


def _shown(value: str) -> str:
    return value if len(value) <= 40 else f"{value[:8]}… of {len(value)} digits"
