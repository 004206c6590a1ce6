"""What people have before them when a receiver was told."""

import msgspec


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A message, an incident or an event.

    `text` is all that can be read in it. `under` is the id of what it stands under; "": nothing.
    """

    id: str
    text: str
    is_over: bool = False
    is_acknowledged: bool = False
    under: str = ""
