import pytest

from tocsin.domain.errors import InvalidInput
from tocsin.domain.masks import MASK_KINDS, Mask, MaskKind, parse_pattern, steps_of


def masked(text: str, *kinds: MaskKind) -> str:
    for _, apply in steps_of(Mask(fields=("x",), kinds=kinds)):
        text = apply(text)
    return text


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("uuid", "run 0b6f1c9e-4d2a-4b7e-9b1a-1f2e3d4c5b6a.", "run <uuid>."),
        ("timestamp", "at 2025-11-22T05:40:00.123Z end", "at <timestamp> end"),
        (
            "timestamp",
            "at 2025-11-22 05:40:00 +0100, day 2025-11-22",
            "at <timestamp>, day <timestamp>",
        ),
        ("timestamp", "epoch 1763790000 or 1763790000123", "epoch <timestamp> or <timestamp>"),
        ("timestamp", "order 2763790000", "order 2763790000"),
        ("ip", "10.0.0.1:9100 and 2001:db8::1", "<ip>:9100 and <ip>"),
        ("ip", "std::vector at 12:30:45", "std::vector at 12:30:45"),
        ("pod", "checkout-7d9c5b8f6d-x2x4z", "checkout-<pod>"),
        ("pod", "node-exporter-zx9k2", "node-exporter-<pod>"),
        ("pod", "backup-29387520-k4kdw", "backup-<pod>"),
        ("pod", "postgres-0", "postgres-0"),
        ("pod", "my-nginx", "my-nginx"),
        ("pod", "user-mysql", "user-mysql"),
        ("hex", "sha deadbeef01 at 0x7f", "sha <hex> at <hex>"),
        ("hex", "a facade", "a facade"),
        ("number", "93.5 % of db-12", "<number> % of db-<number>"),
    ],
)
def test_each_kind_hides_what_it_says(kind: MaskKind, text: str, expected: str) -> None:
    assert masked(text, kind) == expected


def test_kinds_are_applied_from_the_special_to_the_general() -> None:
    text = "0b6f1c9e-4d2a-4b7e-9b1a-1f2e3d4c5b6a at 2025-11-22 from 10.0.0.1, 7 times"
    expected = "<uuid> at <timestamp> from <ip>, <number> times"
    assert masked(text, *MASK_KINDS) == masked(text, *reversed(MASK_KINDS)) == expected


@pytest.mark.parametrize("kind", MASK_KINDS)
@pytest.mark.parametrize(
    "unit", ["1", "a", "f", "-", ":", ".", "1-", "a:", "a::", "1.", "-x2x4z", "2025-11-22T"]
)
def test_no_text_of_a_stranger_makes_a_mask_slow(kind: MaskKind, unit: str) -> None:
    # The time limit of the test is the assertion: quadratic patterns need minutes.
    masked(unit * (400_000 // len(unit)), kind)


def test_the_replacement_of_a_pattern_is_literal() -> None:
    mask = Mask(fields=("x",), pattern=":([0-9]+)$", replacement=r"\1:port")
    ((name, apply),) = steps_of(mask)
    assert (name, apply("db-1:9100")) == (":([0-9]+)$", r"db-1\1:port")


@pytest.mark.parametrize("text", ["", "a*", "(", "(?=x)"])
def test_a_pattern_that_is_not_fit_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_pattern(text)
