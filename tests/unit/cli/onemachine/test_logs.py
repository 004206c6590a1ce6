"""Log lines, which hold what strangers sent."""

import pytest

from cli.onemachine.logs import log, set_up


@pytest.mark.parametrize(
    "sent", ["a\r\nlevel=info", "\x1b[31mred", "\x9b31m", 'a"b\\', "\u2028", "\x7f"]
)
def test_what_was_sent_makes_no_line_and_no_colour_of_its_own(sent, capsys):
    set_up("info")
    log("error", "odd", target=sent)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.isprintable()
    assert " level=error msg=odd target=" in line


def test_what_is_plain_stays_as_it_is(capsys):
    set_up("info")
    log("warn", "so it is", file="/a/b.yml", where="straße und so")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith('level=warn msg="so it is" file=/a/b.yml where="straße und so"')
