"""A tenant's own wording of a receiver's messages, as it is configured."""

import msgspec

# How many characters each of them may have.
SOURCE_LIMIT = 10_000


class MessageTemplate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Templates of the title and of the text; "": the default one."""

    title: str = ""
    text: str = ""
