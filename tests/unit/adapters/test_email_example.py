"""The mail that the documentation shows is the one that is sent."""

from pathlib import Path

from tests.unit.adapters.mailed import mailed, rich_alerts, texts

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"


def rendered() -> dict[str, str]:
    """Return the parts of the default mail, by the file that shows each."""
    message = mailed(*rich_alerts(), labels=(("alertname", "DiskAlmostFull"),), truncated=4)
    return dict(zip(("email.txt", "email.html"), texts(message), strict=True))


def test_the_examples_are_what_is_sent():
    for name, said in rendered().items():
        written = (EXAMPLES / name).read_text(encoding="utf-8")
        assert said == written, "python -m tests.unit.adapters.test_email_example writes it anew"


if __name__ == "__main__":
    for name, said in rendered().items():
        (EXAMPLES / name).write_text(said, encoding="utf-8")
