"""The groups of a run as they are stored."""

import msgspec

from tests.chaos.world import World
from tocsin.adapters import aws
from tocsin.adapters.dynamodb.groups import DynamoGroups
from tocsin.adapters.s3 import S3Blobs
from tocsin.domain.group import Group, GroupKey


def open_groups(world: World) -> DynamoGroups:
    """Return the groups of a run, as its functions read them."""
    blobs = S3Blobs(aws.client("s3"), world.table("ARCHIVE_BUCKET"))
    return DynamoGroups(
        aws.client("dynamodb"), world.table("GROUP_TABLE"), world.table("JOURNAL_TABLE"), blobs
    )


def stored_groups(world: World) -> list[Group]:
    """Return every group, with its members."""
    keys = [
        msgspec.json.decode(item["key"]["S"], type=GroupKey)
        for item in world.stack.items(world.table("GROUP_TABLE"))
    ]
    return list(open_groups(world).read(keys).values())
