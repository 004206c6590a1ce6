"""What stands in a Slack channel after the whole pipeline told a group's story to an app."""

from collections.abc import Iterator

import pytest

from cli.vendors import slackschema
from cli.vendors.localserver import Answer, LocalServer, Request, local_server
from cli.vendors.slackworkspace import TOKEN, Workspace
from tests.builders import config, receiver, route
from tests.channels import tools
from tests.integration.payloads import member, resolved, webhook
from tests.pipeline.memory_world import MemoryWorld
from tocsin.adapters.receivers import ChannelReceivers
from tocsin.domain.channels import SlackApp
from tocsin.domain.secret import Secret


@pytest.fixture
def server() -> Iterator[LocalServer]:
    with local_server() as running:
        yield running


@pytest.fixture
def workspace(server: LocalServer) -> Workspace:
    workspace = Workspace()
    server.respond = workspace.answer
    return workspace


@pytest.fixture
def world(server: LocalServer, workspace: Workspace) -> MemoryWorld:
    app = SlackApp(token=Secret(name="tocsin/acme/slack"), channel="#ops", api_url=server.url)
    ops = receiver(kind="slack", url="", settings=app)
    world = MemoryWorld(config(route=route(group_by=("job",)), receivers={"oncall": ops}))
    world.receivers = ChannelReceivers(tools({"tocsin/acme/slack": TOKEN}))  # type: ignore[assignment]
    world.start_workers()
    return world


def _titles(workspace: Workspace) -> list[tuple[str, bool]]:
    return [
        (slackschema.text(each.arguments).splitlines()[0].split("]")[0] + "]", bool(each.thread_ts))
        for each in workspace.messages
    ]


def _play(world: MemoryWorld, *payloads: object) -> None:
    for payload in payloads:
        world.send(payload)
        world.settle()


def test_a_group_is_a_thread_whose_first_message_says_when_it_is_over(
    world: MemoryWorld, workspace: Workspace
) -> None:
    story = (webhook(member("a")), webhook(member("b")), webhook(resolved("a"), resolved("b")))
    _play(world, *story)
    assert _titles(workspace) == [("[RESOLVED:2]", False), ("[FIRING:2]", True)]
    _play(world, webhook(member("a")))
    assert _titles(workspace)[-1] == ("[FIRING:1]", False)
    assert workspace.faults == []


def test_an_answer_that_was_lost_is_told_again_and_the_thread_is_that_of_the_second(
    world: MemoryWorld, workspace: Workspace, server: LocalServer
) -> None:
    def lost_once(request: Request) -> Answer:
        server.respond = workspace.answer
        workspace.answer(request)
        return Answer(is_lost=True)

    server.respond = lost_once
    _play(world, webhook(member("a")), webhook(member("b")))
    _, again, more = workspace.messages
    assert _titles(workspace) == [
        ("[FIRING:1]", False),
        ("[FIRING:1]", False),
        ("[FIRING:2]", True),
    ]
    assert more.thread_ts == again.ts


def test_what_slack_refuses_is_a_dead_letter_and_what_follows_goes_on(
    world: MemoryWorld, workspace: Workspace
) -> None:
    workspace.says = ["restricted_action"]
    _play(world, webhook(member("a")), webhook(member("b")))
    assert _titles(workspace) == [("[FIRING:1]", False)]
    assert len(world.outbox.dead["notify"]) == 1
