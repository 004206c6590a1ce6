"""What vendors received in the demonstration, and what is said of it if it is wrong."""

from io import StringIO

import msgspec
import pytest
from rich.console import Console

from cli.demo.books import Evidence, audit
from cli.demo.channels import Channel, check_channels, heard_of, told_end, told_first, told_more
from cli.demo.plan import Act, notices
from cli.demo.sheet import channel_sheet
from cli.vendors.received import Received

FIRST = Received(key="1", text="[FIRING:1] QueueStuck\nqueue-1", is_over=False, thread="t")
MORE = Received(key="2", text="[FIRING:2] QueueStuck\nqueue-1, queue-2", is_over=False, thread="t")
END = Received(key="3", text="resolve", is_over=True, thread="t")
ALL = (FIRST, MORE, END)


def channel(*received, receiver="pager", together="incident"):
    return Channel(
        receiver=receiver,
        shown="PagerDuty",
        checked="Events API v2",
        together=together,
        once_by="dedup_key",
        received=received,
    )


def change(received, **fields):
    return msgspec.structs.replace(received, **fields)


def acts():
    return [Act(each.title, (each,)) for each in (told_first(), told_more(), told_end())]


def test_nothing_is_wrong_with_what_opens_what_follows_and_the_end():
    assert list(check_channels([channel(*ALL)])) == []


def test_an_end_that_names_nobody_ends_all_that_fires():
    planned = [each for each in notices(acts()) if each.receiver == "pager"]
    assert heard_of([channel(*ALL)]) == planned


@pytest.mark.parametrize(
    ("received", "problem"),
    [
        ((), "hooli/pager: came nothing, expected first, update, resolve"),
        ((FIRST, END), "came first, resolve, expected"),
        ((FIRST, MORE, change(MORE, key="4"), END), "came first, update, update, resolve"),
        ((FIRST, FIRST, MORE, END), "hooli/pager: dedup_key '1' came 2 times"),
        ((change(FIRST, key=""), MORE, END), "dedup_key '' came 1 times"),
        ((*ALL, change(FIRST, key="9")), "came first, update, resolve, first"),
        ((FIRST, change(MORE, thread="u"), END), "2 of what should be one incident"),
        ((*ALL, change(END, faults=("no key",))), "refused, not as documented: no key"),
    ],
)
def test_whatever_else_is_named(received, problem):
    assert any(problem in each for each in check_channels([channel(*received)]))


def test_what_a_vendor_refused_was_told_to_nobody():
    refused = change(MORE, faults=("no key",))
    told = {str(each) for each in heard_of([channel(FIRST, refused)])}
    assert told == {"hooli/pager: QueueStuck queue-1 firing"}


def test_what_comes_again_is_heard_again():
    told = heard_of([channel(FIRST, FIRST)])
    assert len(told) == 2


def test_who_threads_nothing_needs_no_thread():
    alone = [change(each, thread="") for each in ALL]
    assert list(check_channels([channel(*alone, together="")])) == []


def test_the_books_count_what_vendors_were_told():
    evidence = Evidence(told=(), overviews={}, arrivals=(), channels=[channel(*ALL)])
    problems = audit(acts(), evidence)
    assert not any("hooli/pager" in problem for problem in problems)
    assert any("hooli/mail: QueueStuck queue-1 firing: told 0 times" in each for each in problems)


def test_the_books_say_what_is_wrong_with_a_channel():
    elsewhere = channel(FIRST, change(MORE, thread="u"), END)
    evidence = Evidence(told=(), overviews={}, arrivals=(), channels=[elsewhere])
    assert "hooli/pager: 2 of what should be one incident" in audit(acts(), evidence)


def test_the_sheet_says_what_came_and_what_was_refused():
    out = Console(file=StringIO(), width=160)
    refused = change(END, key="4", faults=("no key",))
    out.print(channel_sheet([channel(*ALL), channel(FIRST, refused, together="")]))
    text = out.file.getvalue()
    for part in (
        "first, update, resolve",
        "1 incident",
        "first, update 0 times, resolve 0 times, 1 refused",
        "each alone",
        "Events API v2",
    ):
        assert part in text
