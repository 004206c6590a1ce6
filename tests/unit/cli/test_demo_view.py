"""What a person sees: lines in a log file, a picture on a terminal."""

from io import StringIO

from rich.console import Console

from cli.demo.sender import Told
from cli.demo.sheet import balance_sheet
from cli.demo.view import LineView, LiveView, view_for
from cli.vendors.received import Received
from tests.unit.cli.test_demo_books import OVERVIEW, SENDING, WEBHOOK, change

REFUSED = Received(
    key="k", text="[FIRING:1] Stuck\nmore", is_over=False, faults=("no Date", "not ASCII")
)
TOLD = Told(SENDING, 202, 3, (2,), "")


def console(**options):
    return Console(file=StringIO(), width=120, highlight=False, markup=False, **options)


def play(view):
    with view:
        view.act("Trouble begins")
        view.sent(TOLD)
        view.arrived(WEBHOOK)
        view.received("mail", REFUSED)
        view.depths({"EnrichQueue": 3, "NotifyUrgentDeadLetterQueue": 1})


def test_without_a_terminal_each_event_is_a_line():
    out = console()
    view = view_for(out)

    play(view)

    assert isinstance(view, LineView)
    lines = [line.split(" s  ", 1)[1].rstrip() for line in out.file.getvalue().splitlines()]
    assert lines == [
        "       Trouble begins",
        "sent   acme    202    3 accepted, 1 rejected  a webhook",
        "heard  /webhook/acme/oncall 1 firing: DiskFull",
        "heard  mail       [FIRING:1] Stuck  (refused: no Date; not ASCII)",
    ]


def test_on_a_terminal_it_is_a_picture():
    out = console(force_terminal=True)
    view = view_for(out)

    play(view)

    assert isinstance(view, LiveView)
    text = out.file.getvalue()
    assert "Trouble begins: 3 alerts accepted, 2 notifications of 2 alerts arrived" in text
    for part in ("enrich", "▪▪▪ 3", "▪ 1", "a webhook", "1 firing: DiskFull", "[FIRING:1] Stuck"):
        assert part in text


def test_the_sheet_says_what_does_not_balance_and_why_alerts_were_suppressed():
    out = console()
    odd = change(OVERVIEW, tenant="globex", suppressed={"older than what is known": 2}, pending=1)

    out.print(balance_sheet([OVERVIEW, odd]))

    text = out.file.getvalue()
    assert "yes" in text
    assert "NO" in text
    assert "2 older than what is known" in text
