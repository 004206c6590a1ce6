import pytest

from tocsin.adapters.sqs import CALL_LIMIT_BYTES, SqsOutbox
from tocsin.domain.errors import Permanent, Retryable
from tocsin.ports import DeadLetter, OutMessage


class Queues:
    """A client that fails the entries whose bodies it is told to, so many times each."""

    def __init__(self, failing=None):
        self.failing = failing or {}
        self.batches = []
        self.single = []

    def send_message(self, **parameters):
        self.single.append(parameters)
        return {"MessageId": "m"}

    def send_message_batch(self, **parameters):
        self.batches.append(parameters["Entries"])
        failed = []
        for entry in parameters["Entries"]:
            if self.failing.get(entry["MessageBody"], 0):
                self.failing[entry["MessageBody"]] -= 1
                failed.append({"Id": entry["Id"], "Code": "InternalError", "SenderFault": False})
        return {"Successful": [], **({"Failed": failed} if failed else {})}


def outbox(queues, pause=lambda _: None):
    urls = {"enrich": "https://q/enrich"}
    return SqsOutbox(queues, urls, {"enrich": "https://q/dead"}, pause=pause)


def messages(*bodies):
    return [OutMessage("acme", body) for body in bodies]


def test_entries_carry_the_tenant_as_their_group():
    queues = Queues()
    outbox(queues).send("enrich", [OutMessage("acme", "a"), OutMessage("zeta", "b")])
    assert queues.batches == [
        [
            {"Id": "0", "MessageBody": "a", "MessageGroupId": "acme"},
            {"Id": "1", "MessageBody": "b", "MessageGroupId": "zeta"},
        ]
    ]


def test_batches_hold_ten_at_most():
    queues = Queues()
    outbox(queues).send("enrich", messages(*map(str, range(21))))
    assert [len(batch) for batch in queues.batches] == [10, 10]
    assert [each["MessageBody"] for each in queues.single] == ["20"]


def test_batches_are_filled_by_bytes_not_by_characters():
    queues = Queues()
    half = "ü" * (CALL_LIMIT_BYTES // 4)
    outbox(queues).send("enrich", messages(half, half, "x", "y"))
    assert [len(batch) for batch in queues.batches] == [2, 2]


def test_a_message_above_the_limit_is_permanent():
    whole = "ü" * (CALL_LIMIT_BYTES // 2)
    outbox(Queues()).send("enrich", messages(whole))
    with pytest.raises(Permanent, match=f"{CALL_LIMIT_BYTES + 1} bytes"):
        outbox(Queues()).send("enrich", messages(whole + "x"))


def test_only_failed_entries_are_sent_again():
    queues, pauses = Queues({"b": 1, "c": 2}), []
    outbox(queues, pauses.append).send("enrich", messages("a", "b", "c"))
    sent = [[entry["MessageBody"] for entry in batch] for batch in queues.batches]
    assert sent == [["a", "b", "c"], ["b", "c"], ["c"]]
    assert len(pauses) == 2
    assert sum(pauses) < 1


def test_what_stays_failed_is_retryable():
    with pytest.raises(Retryable, match="1 entries failed: InternalError"):
        outbox(Queues({"b": 9})).send("enrich", messages("a", "b", "c"))


def letter(body, error="E", reason="it failed"):
    return DeadLetter(OutMessage("acme", body), error, reason)


def test_a_reason_is_made_fit_for_an_attribute():
    queues = Queues()
    outbox(queues).bury("enrich", [letter("body", "", "line\none\x00\ud800" + "x" * 5000)])
    attributes = queues.single[0]["MessageAttributes"]
    assert attributes["error"] == {"DataType": "String", "StringValue": "unknown"}
    assert attributes["reason"]["StringValue"].startswith("line one  x")
    assert len(attributes["reason"]["StringValue"]) == 1024
    assert queues.single[0]["QueueUrl"] == "https://q/dead"


def test_letters_go_ten_a_call_each_with_its_own_attributes():
    queues = Queues()
    outbox(queues).bury("enrich", [letter(f"b{index}", f"E{index}") for index in range(21)])
    entries = [entry for batch in queues.batches for entry in batch] + queues.single
    assert [len(batch) for batch in queues.batches] == [10, 10]
    assert [each["MessageBody"] for each in entries] == [f"b{index}" for index in range(21)]
    for index, entry in enumerate(entries):
        assert entry["MessageGroupId"] == "acme"
        assert entry["MessageAttributes"]["error"]["StringValue"] == f"E{index}"
        assert entry["MessageAttributes"]["tenant"]["StringValue"] == "acme"


def test_no_letter_is_no_call():
    queues = Queues()
    outbox(queues).bury("enrich", [])
    assert (queues.batches, queues.single) == ([], [])


def test_only_the_letters_that_failed_are_sent_again():
    queues = Queues({"b": 2})
    outbox(queues).bury("enrich", [letter("a"), letter("b"), letter("c")])
    sent = [[entry["MessageBody"] for entry in batch] for batch in queues.batches]
    assert sent == [["a", "b", "c"], ["b"], ["b"]]


def test_a_letter_that_stays_failed_is_an_error_and_the_others_are_there():
    queues = Queues({"b": 9})
    with pytest.raises(Retryable, match="1 entries failed: InternalError"):
        outbox(queues).bury("enrich", [letter("a"), letter("b"), letter("c")])
    assert [entry["MessageBody"] for entry in queues.batches[0]] == ["a", "b", "c"]


@pytest.mark.parametrize(("missing", "calls"), [(0, 1), (-1, 2)])
def test_attributes_count_as_bytes_of_a_letter(missing, calls):
    queues = Queues()
    said = len("errorStringEreasonStringit failedtenantStringacme")
    half = CALL_LIMIT_BYTES // 2 - said
    outbox(queues).bury("enrich", [letter("x" * half), letter("x" * (half - missing))])
    assert len(queues.batches) + len(queues.single) == calls


def test_letters_are_made_as_they_are_sent():
    queues, made = Queues(), []

    def letters():
        for index in range(30):
            made.append(len(queues.batches))
            yield letter(str(index))

    outbox(queues).bury("enrich", letters())
    assert max(made.count(calls) for calls in set(made)) <= 11
