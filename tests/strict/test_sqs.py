"""Requests of SQS to a standard queue."""

import pytest

from tests.strict.sqs import check

MIB = 1024 * 1024


def attribute(text="x", kind="String"):
    return {"StringValue": text, "DataType": kind}


def attributes(count):
    return {"MessageAttributes": {f"a{number}": attribute() for number in range(count)}}


def named(name, **value):
    return {"MessageAttributes": {name: value or attribute()}}


NOT_ALLOWED = ["\x00", "\x08", "\x0b", "\x0c", "\x0e", "\x1f", "\ufffe", "\uffff"]
ALLOWED = ["\t", "\n", "\r", " ", "\x7f", "\ud7ff", "\ue000", "\ufffd", "\U00010000", "\U0010ffff"]
MESSAGES_REFUSED = [
    *(
        pytest.param({"MessageBody": f"a{char}b"}, "InvalidMessageContents", True, id=repr(char))
        for char in NOT_ALLOWED
    ),
    pytest.param(
        named("a", **attribute("\x00")), "InvalidMessageContents", True, id="NUL in an attribute"
    ),
    pytest.param({"MessageBody": ""}, "MissingParameter", True, id="an empty body"),
    pytest.param({"MessageGroupId": ""}, "InvalidParameterValue", True, id="an empty group"),
    pytest.param({"MessageGroupId": "g" * 129}, "InvalidParameterValue", True, id="group: 129"),
    pytest.param({"MessageGroupId": "a b"}, "InvalidParameterValue", True, id="group: a space"),
    pytest.param({"MessageGroupId": "\u00e4"}, "InvalidParameterValue", True, id="group: umlaut"),
    pytest.param({"MessageDeduplicationId": "d"}, "InvalidParameterValue", True, id="dedup"),
    pytest.param({"DelaySeconds": 901}, "InvalidParameterValue", False, id="a delay of 901 s"),
    pytest.param({"DelaySeconds": -1}, "InvalidParameterValue", True, id="a negative delay"),
    pytest.param(attributes(11), "InvalidParameterValue", True, id="11 attributes"),
    pytest.param(named("AWS.x"), "InvalidParameterValue", True, id="name: reserved"),
    pytest.param(named("amazon.x"), "InvalidParameterValue", True, id="name: reserved, small"),
    pytest.param(named(".x"), "InvalidParameterValue", True, id="name: a dot first"),
    pytest.param(named("x."), "InvalidParameterValue", True, id="name: a dot last"),
    pytest.param(named("x..y"), "InvalidParameterValue", True, id="name: two dots"),
    pytest.param(named("x y"), "InvalidParameterValue", False, id="name: a space"),
    pytest.param(named("x" * 257), "InvalidParameterValue", True, id="name: 257"),
    pytest.param(named("x", **attribute("")), "InvalidParameterValue", True, id="an empty value"),
    pytest.param(named("x", **attribute("x", "Text")), "InvalidParameterValue", False, id="type"),
    pytest.param(
        named("x", BinaryValue=b"", DataType="Binary"), "InvalidParameterValue", True, id="no bytes"
    ),
]
MESSAGES_TAKEN = [
    *(pytest.param({"MessageBody": f"a{char}b"}, id=repr(char)) for char in ALLOWED),
    pytest.param({"MessageGroupId": "g" * 128}, id="a group of 128"),
    pytest.param({"MessageGroupId": "a-Z_0.!~"}, id="a group with punctuation"),
    pytest.param({"DelaySeconds": 900}, id="a delay of 900 s"),
    pytest.param(attributes(10), id="10 attributes"),
    pytest.param(named("x" * 256), id="a name of 256"),
    pytest.param(named("a.b-c_d"), id="a name with dots"),
    pytest.param(named("x", **attribute("1", "Number.int")), id="a label"),
    pytest.param(named("x", BinaryValue=b"\x00", DataType="Binary"), id="bytes"),
]


@pytest.mark.parametrize(("options", "code", "moto_takes"), MESSAGES_REFUSED)
def test_a_message_is_refused(cloud, options, code, moto_takes):
    params = {"QueueUrl": cloud.queue, "MessageBody": "body", **options}
    cloud.assert_refused("sqs", "send_message", code, params, moto_takes)


@pytest.mark.parametrize("options", MESSAGES_TAKEN)
def test_a_message_is_taken(cloud, options):
    params = {"QueueUrl": cloud.queue, "MessageBody": "body", **options}
    assert cloud.call("sqs", "send_message", params)["MessageId"]


@pytest.mark.parametrize("options", [option.values[0] for option in MESSAGES_TAKEN])
def test_a_message_is_taken_in_a_batch(cloud, options):
    params = {"QueueUrl": cloud.queue, "Entries": [{"Id": "1", "MessageBody": "body", **options}]}
    assert len(cloud.call("sqs", "send_message_batch", params)["Successful"]) == 1


@pytest.mark.parametrize(("options", "code"), [case.values[:2] for case in MESSAGES_REFUSED])
def test_only_the_entry_at_fault_fails(cloud, options, code):
    entries = [
        {"Id": "good", "MessageBody": "good"},
        {"Id": "bad", "MessageBody": "body", **options},
    ]
    answer = cloud.strict["sqs"].send_message_batch(QueueUrl=cloud.queue, Entries=entries)
    assert [entry["Id"] for entry in answer["Successful"]] == ["good"]
    assert [(each["Id"], each["Code"], each["SenderFault"]) for each in answer["Failed"]] == [
        ("bad", code, True)
    ]
    assert [refusal.code for refusal in cloud.rules.refusals] == [code]
    assert len(entries) == 2
    assert len(received(cloud)) == 1


def test_all_entries_may_fail(cloud):
    entries = [{"Id": "bad", "MessageBody": "\x00"}]
    answer = cloud.strict["sqs"].send_message_batch(QueueUrl=cloud.queue, Entries=entries)
    assert "Successful" not in answer
    assert [entry["Id"] for entry in answer["Failed"]] == ["bad"]
    assert received(cloud) == []


def received(cloud):
    answer = cloud.moto["sqs"].receive_message(QueueUrl=cloud.queue, MaxNumberOfMessages=10)
    return answer.get("Messages", [])


SIZES = [
    pytest.param("x" * MIB, {}, id="characters of one byte"),
    pytest.param("\u00e4" * (MIB // 2), {}, id="characters of two bytes"),
    pytest.param("\U0001f514" * (MIB // 4), {}, id="characters of four bytes"),
    pytest.param("x" * (MIB - 12), named("name", **attribute("xy")), id="with an attribute"),
    pytest.param(
        "x" * (MIB - 12), named("name", BinaryValue=b"xy", DataType="Binary"), id="with bytes"
    ),
]


@pytest.mark.parametrize(("body", "options"), SIZES)
def test_a_message_has_1_mib(cloud, body, options):
    params = {"QueueUrl": cloud.queue, "MessageBody": body, **options}
    cloud.call("sqs", "send_message", params)
    params["MessageBody"] += "x"
    moto_takes = len(params["MessageBody"]) <= MIB
    cloud.assert_refused("sqs", "send_message", "InvalidParameterValue", params, moto_takes)


@pytest.mark.parametrize(("body", "options"), SIZES)
def test_a_batch_has_1_mib(cloud, body, options):
    entries = [{"Id": "0", "MessageBody": body[1:], **options}, {"Id": "1", "MessageBody": "x"}]
    params = {"QueueUrl": cloud.queue, "Entries": entries}
    cloud.call("sqs", "send_message_batch", params)
    entries[0]["MessageBody"] = body
    moto_takes = len(body) < MIB
    code = "AWS.SimpleQueueService.BatchRequestTooLong"
    cloud.assert_refused("sqs", "send_message_batch", code, params, moto_takes)


def ids(*names):
    return [{"Id": name, "MessageBody": "x"} for name in names]


@pytest.mark.parametrize(
    ("entries", "code", "moto_takes"),
    [
        pytest.param([], "EmptyBatchRequest", False, id="none"),
        pytest.param(ids(*"0123456789a"), "TooManyEntriesInBatchRequest", False, id="11"),
        pytest.param(ids("a", "a"), "BatchEntryIdsNotDistinct", False, id="an id twice"),
        pytest.param(ids("a" * 81), "InvalidBatchEntryId", False, id="an id of 81"),
        pytest.param(ids("a:b"), "InvalidBatchEntryId", False, id="an id with a colon"),
        pytest.param(ids("\u00e4"), "InvalidBatchEntryId", True, id="an id with an umlaut"),
        pytest.param(ids(""), "InvalidBatchEntryId", False, id="an empty id"),
    ],
)
def test_a_batch_is_refused(cloud, entries, code, moto_takes):
    params = {"QueueUrl": cloud.queue, "Entries": entries}
    code = f"AWS.SimpleQueueService.{code}"
    cloud.assert_refused("sqs", "send_message_batch", code, params, moto_takes)


def test_a_batch_has_10_entries_and_long_ids(cloud):
    entries = ids(*(f"{number}{'x' * 79}" for number in range(10)))
    params = {"QueueUrl": cloud.queue, "Entries": entries}
    assert len(cloud.call("sqs", "send_message_batch", params)["Successful"]) == 10


@pytest.mark.parametrize(
    ("name", "value", "moto_takes"),
    [
        ("MaxNumberOfMessages", 0, False),
        ("MaxNumberOfMessages", 11, False),
        ("WaitTimeSeconds", -1, False),
        ("WaitTimeSeconds", 21, False),
        ("VisibilityTimeout", -1, True),
        ("VisibilityTimeout", 43_201, False),
    ],
)
def test_a_receive_is_refused(cloud, name, value, moto_takes):
    params = {"QueueUrl": cloud.queue, name: value}
    cloud.assert_refused("sqs", "receive_message", "InvalidParameterValue", params, moto_takes)


def test_a_receive_is_taken(cloud):
    cloud.moto["sqs"].send_message(QueueUrl=cloud.queue, MessageBody="x")
    limits = {"MaxNumberOfMessages": 10, "WaitTimeSeconds": 20, "VisibilityTimeout": 43_200}
    answer = cloud.call("sqs", "receive_message", {"QueueUrl": cloud.queue, **limits})
    assert len(answer["Messages"]) == 1


def test_a_visibility_timeout_is_12_hours(cloud):
    cloud.moto["sqs"].send_message(QueueUrl=cloud.queue, MessageBody="x")
    handle = received(cloud)[0]["ReceiptHandle"]
    params = {"QueueUrl": cloud.queue, "ReceiptHandle": handle, "VisibilityTimeout": 43_200}
    # Both count from the receipt, so that the call itself comes too late for the whole of it.
    assert check("ChangeMessageVisibility", params) == []
    cloud.call("sqs", "change_message_visibility", {**params, "VisibilityTimeout": 43_000})
    cloud.assert_refused(
        "sqs",
        "change_message_visibility",
        "InvalidParameterValue",
        {**params, "VisibilityTimeout": 43_201},
        moto_takes=False,
    )


def test_a_visibility_timeout_fails_alone_in_a_batch(cloud):
    cloud.moto["sqs"].send_message(QueueUrl=cloud.queue, MessageBody="x")
    entry = {"Id": "0", "ReceiptHandle": received(cloud)[0]["ReceiptHandle"]}
    answer = cloud.strict["sqs"].change_message_visibility_batch(
        QueueUrl=cloud.queue,
        Entries=[{**entry, "VisibilityTimeout": 0}, {**entry, "Id": "1", "VisibilityTimeout": -1}],
    )
    assert [each["Id"] for each in answer["Successful"]] == ["0"]
    assert [each["Id"] for each in answer["Failed"]] == ["1"]


def test_a_deletion_has_10_entries(cloud):
    entries = [{"Id": str(number), "ReceiptHandle": str(number)} for number in range(11)]
    cloud.assert_refused(
        "sqs",
        "delete_message_batch",
        "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
        {"QueueUrl": cloud.queue, "Entries": entries},
        moto_takes=True,
    )


def test_a_fifo_queue_takes_a_deduplication_id(cloud):
    url = cloud.moto["sqs"].create_queue(QueueName="things.fifo", Attributes={"FifoQueue": "true"})[
        "QueueUrl"
    ]
    ordered = {"MessageGroupId": "g", "MessageDeduplicationId": "d"}
    cloud.call("sqs", "send_message", {"QueueUrl": url, "MessageBody": "x", **ordered})
