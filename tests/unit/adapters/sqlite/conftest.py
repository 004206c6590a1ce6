import pytest

from tocsin.adapters.sqlite import Database


class Clock:
    def __init__(self):
        self.now_s = 1_763_790_000.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def reopened(tmp_path):
    """Return a way to open the file as the next process does; the one before it stays as it is."""
    opened = []

    def open_again():
        opened.append(Database(tmp_path / "state.db"))
        return opened[-1]

    yield open_again
    for database in opened:
        database.close()


@pytest.fixture
def database(reopened):
    return reopened()
