import pytest

from cli.deadletters.redrive import Redrive
from cli.deadletters.walk import progress_bar
from tocsin.adapters.movetask import MoveProgress
from tocsin.domain.deadletter import Selection
from tocsin.domain.errors import Permanent


class MovingLetters:
    """Letters that SQS moves itself."""

    def __init__(self, *progress):
        self._progress = list(progress)
        self.cancels = 0

    def move(self, queue):
        return self

    def progress(self):
        return self._progress.pop(0)

    def cancel(self):
        self.cancels += 1


def _progress(moved, is_running=True, failure=""):
    return MoveProgress(is_running=is_running, moved=moved, total=5, failure=failure)


def _watch(letters):
    with progress_bar(is_shown=False) as bar:
        return Redrive(letters, Selection(), 0.0, lambda seconds: None, bar).run(["enrich"])


def test_a_whole_queue_is_moved_by_sqs_where_it_can():
    letters = MovingLetters(_progress(2), _progress(5), _progress(5, is_running=False))
    assert _watch(letters).sent == 5
    assert letters.cancels == 0


def test_a_move_that_goes_round_is_ended_once():
    letters = MovingLetters(_progress(6), _progress(7), _progress(7, is_running=False))
    assert _watch(letters).sent == 7
    assert letters.cancels == 1


def test_a_move_that_sqs_ended_is_an_error():
    with pytest.raises(Permanent, match="SQS ended the move of enrich: AccessDenied"):
        _watch(MovingLetters(_progress(1, is_running=False, failure="AccessDenied")))
