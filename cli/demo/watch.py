"""Keeps the picture of the queues fresh while the demonstration is busy with something else."""

from threading import Event, Thread

from cli.demo.view import View
from cli.localcloud.cloud import LocalCloud

EVERY_S = 0.4


class QueueWatch:
    """Shows the depths of the queues a few times a second, for the time of a `with` block."""

    def __init__(self, cloud: LocalCloud, view: View) -> None:
        self._cloud = cloud
        self._view = view
        self._ended = Event()
        self._thread = Thread(target=self._run, name="queue-watch", daemon=True)

    def __enter__(self) -> "QueueWatch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(EVERY_S):
            self._view.depths(self._cloud.queue_depths())
