"""What the blocks of all kinds of receivers can do."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import Field

from tocsin.configuration.block import Block
from tocsin.configuration.fields import Duration, between
from tocsin.domain import config

# Notify's lease on a group is sized for a receiver that takes ten seconds to answer.
ReceiverTimeout = Annotated[Duration, between("100ms", "10s")]
MASK = "***"


class ChannelBlock(Block):
    """A destination of one kind. What is for people is told at a pace unless it says otherwise."""

    is_for_people: ClassVar[bool] = False
    # Whether what several groups say can be told together. Not where each group has an incident:
    # the one of a group whose end is told in a digest would stay open for ever.
    can_be_digested: ClassVar[bool] = True
    # Why it cannot be told of what is found out later but with something else; "" if it can.
    why_no_updates: ClassVar[str] = ""

    send_resolved: bool = Field(default=True, description="Whether to tell that alerts ended.")

    @property
    def why_no_template(self) -> str:
        """Why a template would change nothing of what it says; "" if it would."""
        return ""

    @abstractmethod
    def receiver(self, name: str, tenant: str) -> config.Receiver:
        """Return the receiver as the pipeline uses it."""

    @staticmethod
    @abstractmethod
    def shown(receiver: config.Receiver) -> dict[str, Any]:
        """Return the block again from what `receiver` made, with every secret masked."""

    def urls(self) -> Mapping[str, str]:
        """Return the addresses that it calls, by their fields."""
        return {}


def masked_url(url: str) -> str:
    """Return the host of a URL; its path and query often are the credentials."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/{MASK}"
