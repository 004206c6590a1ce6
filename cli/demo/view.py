"""What a person sees while the demonstration runs: a live picture, or lines where none can be."""

from collections import deque
from collections.abc import Mapping
from time import monotonic
from typing import Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cli.demo.sender import Told
from cli.localcloud.cloud import STAGES
from cli.localcloud.receiver import Arrival
from cli.vendors.received import Received

_LINES = 9


class View(Protocol):
    """Shows what happens, as it happens."""

    def __enter__(self) -> "View": ...

    def __exit__(self, *_: object) -> None: ...

    def act(self, title: str) -> None: ...

    def sent(self, told: Told) -> None: ...

    def arrived(self, arrival: Arrival) -> None: ...

    def received(self, receiver: str, received: Received) -> None: ...

    def depths(self, depths: Mapping[str, int]) -> None: ...


def view_for(console: Console) -> View:
    """Choose by whether there is a terminal to draw on."""
    return LiveView(console) if console.is_terminal else LineView(console)


def _sent_line(told: Told) -> str:
    rejected = f", {len(told.rejected)} rejected" if told.rejected else ""
    return (
        f"{told.sending.tenant:<7} {told.status}  {told.accepted:>3} accepted{rejected}"
        f"  {told.sending.title}"
    )


class LineView:
    """One line an event."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began_s = monotonic()

    def __enter__(self) -> "LineView":
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the lines as they are."""

    def act(self, title: str) -> None:
        """Print a heading."""
        self._line("", title)

    def sent(self, told: Told) -> None:
        """Print a request and its answer."""
        self._line("sent", _sent_line(told))

    def arrived(self, arrival: Arrival) -> None:
        """Print a notification."""
        self._line("heard", str(arrival))

    def received(self, receiver: str, received: Received) -> None:
        """Print what a vendor took or refused."""
        self._line("heard", f"{receiver:<10} {received}")

    def depths(self, depths: Mapping[str, int]) -> None:
        """Say nothing: depths change too often for lines."""

    def _line(self, kind: str, text: str) -> None:
        passed_s = monotonic() - self._began_s
        self._console.print(f"  {passed_s:6.1f} s  {kind:<5}  {text}", soft_wrap=True)


class LiveView:
    """Stages, queues and the newest events, redrawn in place."""

    def __init__(self, console: Console) -> None:
        self._title = ""
        self._sent: deque[str] = deque(maxlen=_LINES)
        self._arrived: deque[str] = deque(maxlen=_LINES)
        self._counts = {"accepted": 0, "notifications": 0, "told": 0}
        self._depths: Mapping[str, int] = {}
        self._live = Live(console=console, refresh_per_second=8, get_renderable=self._render)

    def __enter__(self) -> "LiveView":
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def act(self, title: str) -> None:
        """Change the heading."""
        self._title = title

    def sent(self, told: Told) -> None:
        """Show a request and its answer."""
        self._counts["accepted"] += told.accepted
        self._sent.append(_sent_line(told))

    def arrived(self, arrival: Arrival) -> None:
        """Show a notification."""
        self._counts["notifications"] += 1
        self._counts["told"] += max(1, len(arrival.alerts))
        self._arrived.append(str(arrival))

    def received(self, receiver: str, received: Received) -> None:
        """Show what a vendor took or refused."""
        self._counts["notifications"] += 1
        self._counts["told"] += 1
        self._arrived.append(f"{receiver:<10} {received}")

    def depths(self, depths: Mapping[str, int]) -> None:
        """Show how full the queues are."""
        self._depths = dict(depths)

    def _render(self) -> RenderableType:
        counts = self._counts
        heading = (
            f"{self._title}: {counts['accepted']} alerts accepted, {counts['notifications']} "
            f"notifications of {counts['told']} alerts arrived"
        )
        return Group(
            Text(heading, style="bold"),
            self._queues(),
            Panel(_lines(self._sent), title="sent", title_align="left", height=_LINES + 2),
            Panel(_lines(self._arrived), title="arrived", title_align="left", height=_LINES + 2),
        )

    def _queues(self) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
        for column in ("messages before", "normal", "urgent", "dead letters"):
            table.add_column(column, justify="left" if not table.columns else "right")
        for stage in STAGES:
            dead = sum(self._depths.get(f"{stage}{kind}DeadLetterQueue", 0) for kind in _KINDS)
            waiting = (self._depths.get(f"{stage}{kind}Queue", 0) for kind in _KINDS)
            table.add_row(stage.lower(), *(_bar(count) for count in (*waiting, dead)))
        return table


_KINDS = ("", "Urgent")


def _bar(count: int) -> Text:
    return Text(f"{'▪' * min(count, 12)} {count}", style="yellow" if count else "dim")


def _lines(lines: deque[str]) -> Text:
    return Text("\n".join(lines), no_wrap=True, overflow="ellipsis")
