import pytest

from tests.builders import T0
from tocsin.adapters.memory import MemoryOutbox
from tocsin.domain.errors import Retryable
from tocsin.ports import OutMessage


def test_a_queue_fails_as_often_as_it_is_told():
    outbox = MemoryOutbox()
    outbox.failures = [Retryable("throttled", retry_after_s=T0)]
    with pytest.raises(Retryable):
        outbox.send("enrich", [OutMessage("acme", "body")])
    outbox.send("enrich", [OutMessage("acme", "body")])
    assert len(outbox.take("enrich")) == 1
    assert outbox.take("enrich") == []
