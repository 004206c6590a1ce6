import pytest
from botocore.exceptions import ClientError

from tests.integration.letters import OlderSqs, dead_letters
from tocsin.adapters import deadletters, movetask
from tocsin.adapters.deadletters import DeadLetters, Depth, Pair
from tocsin.adapters.sqs import SqsOutbox
from tocsin.domain.deadletter import RECEIVED_TOO_OFTEN
from tocsin.domain.errors import Permanent, Retryable
from tocsin.ports import DeadLetter, OutMessage


class Side:
    def __init__(self, cloud):
        self.cloud = cloud
        self.sqs = OlderSqs()
        self.letters = dead_letters(cloud, self.sqs)
        self.outbox = SqsOutbox(self.sqs, cloud.queues, cloud.dead_letters)

    def bury(self, *bodies, queue="enrich"):
        for body in bodies:
            message = OutMessage("acme", body)
            self.outbox.bury(queue, [DeadLetter(message, "InvalidAlert", "no alertname")])

    def dead(self, queue="enrich"):
        with self.letters.reading(queue) as reading:
            return sorted(letter.body for page in reading.pages() for letter in page)

    def alive(self, queue="enrich"):
        messages = self.cloud.receive(queue, 100)
        self.cloud.release(queue, messages)
        return sorted(message["Body"] for message in messages)


@pytest.fixture
def side(cloud):
    return Side(cloud)


def test_a_letter_says_what_went_wrong_and_when(side):
    side.bury("body")
    with side.letters.reading("enrich") as reading:
        ((letter,),) = reading.pages()
    assert (letter.queue, letter.tenant, letter.body) == ("enrich", "acme", "body")
    assert (letter.error, letter.reason) == ("InvalidAlert", "no alertname")
    assert letter.id == letter.message_id
    assert letter.receives == 1
    assert letter.sent_at_s > 0


def test_what_sqs_moved_itself_was_received_too_often(side):
    url = side.cloud.queues["notify"]
    side.sqs.send_message(QueueUrl=url, MessageBody="poison", MessageGroupId="globex")
    for _ in range(6):
        side.cloud.release("notify", side.cloud.receive("notify", 10))
    with side.letters.reading("notify") as reading:
        ((letter,),) = reading.pages()
    assert (letter.tenant, letter.error, letter.body) == ("globex", RECEIVED_TOO_OFTEN, "poison")


def test_an_error_from_before_a_move_counts_no_more_once_sqs_moved_the_message_again():
    said = {"error": {"StringValue": "InvalidAlert"}, "tenant": {"StringValue": "acme"}}
    system = {
        "SentTimestamp": "1763790000500",
        "ApproximateReceiveCount": "6",
        "DeadLetterQueueSourceArn": "arn:aws:sqs:us-east-1:123456789012:enrich",
    }
    message = {"MessageId": "m", "Body": "b", "MessageAttributes": said, "Attributes": system}
    letter = deadletters._letter("enrich", message)
    assert (letter.tenant, letter.error) == ("acme", RECEIVED_TOO_OFTEN)
    assert (letter.sent_at_s, letter.receives) == (1_763_790_000.5, 6)


def test_a_reading_meets_each_letter_once_and_shows_all_again_at_its_end(side):
    bodies = [f"body {index:02}" for index in range(23)]
    side.bury(*bodies)
    with side.letters.reading("enrich") as reading:
        pages = list(reading.pages())
        assert side.letters.depth("enrich") == Depth(visible=0, in_flight=23)
    assert max(len(page) for page in pages) == 10
    assert sorted(letter.body for page in pages for letter in page) == bodies
    assert side.letters.depth("enrich") == Depth(visible=23, in_flight=0)
    assert side.dead() == bodies


def test_letters_that_come_again_during_a_reading_do_not_keep_it_going(side):
    side.letters = dead_letters(side.cloud, side.sqs, hold_s=0)
    side.bury("a", "b")
    assert side.dead() == ["a", "b"]


def test_a_reading_that_breaks_hides_nothing(side):
    side.bury("a", "b")

    def read():
        with side.letters.reading("enrich") as reading:
            next(reading.pages())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read()
    assert side.letters.depth("enrich") == Depth(visible=2, in_flight=0)


def test_redrive_sends_with_the_tenant_and_deletes(side):
    side.bury("a", "b", "c")
    with side.letters.reading("enrich") as reading:
        (page,) = reading.pages()
        wanted = [letter for letter in page if letter.body != "b"]
        redriven = reading.redrive(wanted)
    assert (redriven.sent, redriven.remaining) == (wanted, 0)
    assert side.dead() == ["b"]
    messages = side.cloud.receive("enrich", 10)
    assert sorted(message["Body"] for message in messages) == ["a", "c"]
    assert {message["Attributes"]["MessageGroupId"] for message in messages} == {"acme"}
    assert all("MessageAttributes" not in message for message in messages)


def test_only_what_the_queue_confirmed_is_deleted(side):
    side.bury("a", "b", "c")
    side.sqs.fails["send_message_batch"] = 2
    with side.letters.reading("enrich") as reading:
        (page,) = reading.pages()
        redriven = reading.redrive(page)
    assert len(redriven.sent) == 1
    assert len(side.dead()) == 2
    assert sorted(side.dead() + side.alive()) == ["a", "b", "c"]


def test_a_letter_that_cannot_be_deleted_is_a_copy(side):
    side.bury("a", "b")
    side.sqs.fails["delete_message_batch"] = 1
    with side.letters.reading("enrich") as reading:
        (page,) = reading.pages()
        redriven = reading.redrive(page)
    assert (len(redriven.sent), redriven.remaining) == (2, 1)
    assert side.alive() == ["a", "b"]
    assert len(side.dead()) == 1


def test_a_lost_answer_to_the_send_deletes_nothing(side, monkeypatch):
    side.bury("a")

    def lose(**options):
        side.sqs._sqs.send_message_batch(**options)
        error = {"Error": {"Code": "ServiceUnavailable"}}
        raise ClientError(error, "SendMessageBatch")

    monkeypatch.setattr(side.sqs, "send_message_batch", lose, raising=False)
    with side.letters.reading("enrich") as reading:
        (page,) = reading.pages()
        with pytest.raises(Retryable):
            reading.redrive(page)
    assert side.dead() == side.alive() == ["a"]


def test_copies_are_sent_back_whether_or_not_the_queue_holds_the_letters(side):
    side.bury("a", "b")
    with side.letters.reading("enrich") as reading:
        (page,) = reading.pages()
    side.sqs.fails["send_message_batch"] = 1
    assert side.letters.send_back("enrich", page) == page[1:]
    assert side.dead() == ["a", "b"]
    assert side.alive() == [page[1].body]


def test_long_letters_go_in_several_calls(side):
    body = "x" * 400_000
    side.bury(*(f"{index}{body}" for index in range(4)))
    with side.letters.reading("enrich") as reading:
        for page in reading.pages():
            reading.redrive(page)
    assert side.dead() == []
    assert len(side.alive()) == 4


def test_a_service_without_move_tasks_says_so(side):
    assert side.letters.move("enrich") is None


class MovingSqs:
    def __init__(self, *tasks, code=None):
        self.tasks = list(tasks)
        self.code = code
        self.started = self.cancelled = None

    def get_queue_attributes(self, QueueUrl, AttributeNames):  # noqa: N803
        return {"Attributes": {"QueueArn": f"arn:{QueueUrl}"}}

    def start_message_move_task(self, **options):
        if self.code:
            raise ClientError({"Error": {"Code": self.code}}, "StartMessageMoveTask")
        self.started = options
        return {"TaskHandle": "handle"}

    def list_message_move_tasks(self, **options):
        return {"Results": [self.tasks.pop(0)]}

    def cancel_message_move_task(self, TaskHandle):  # noqa: N803
        self.cancelled = TaskHandle
        raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "CancelMessageMoveTask")


def _move(sqs):
    return DeadLetters(sqs, {"enrich": Pair("queue", "dead")}).move("enrich")


def test_a_move_names_its_destination_and_tells_how_far_it_is():
    sqs = MovingSqs(
        {
            "Status": "RUNNING",
            "ApproximateNumberOfMessagesMoved": 3,
            "ApproximateNumberOfMessagesToMove": 9,
        },
        {"Status": "FAILED", "FailureReason": "CouldNotDetermineMessageSource"},
    )
    task = _move(sqs)
    assert sqs.started == {"SourceArn": "arn:dead", "DestinationArn": "arn:queue"}
    assert task.progress() == movetask.MoveProgress(is_running=True, moved=3, total=9)
    assert task.progress().failure == "CouldNotDetermineMessageSource"


def test_a_move_that_ended_by_itself_can_still_be_cancelled():
    sqs = MovingSqs()
    _move(sqs).cancel()
    assert sqs.cancelled == "handle"


@pytest.mark.parametrize("code", ["AWS.SimpleQueueService.UnsupportedOperation", "InvalidAction"])
def test_there_is_no_move_where_the_service_has_none(code):
    assert _move(MovingSqs(code=code)) is None


def test_a_move_that_is_not_allowed_is_an_error():
    with pytest.raises(Permanent, match="AccessDenied"):
        _move(MovingSqs(code="AccessDenied"))
