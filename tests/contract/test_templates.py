import pytest
from msgspec.structs import replace

from tests.builders import T0
from tests.integration.formats import items, set_format
from tocsin.adapters.aws import client
from tocsin.adapters.dynamodb import templates as dynamo
from tocsin.adapters.dynamodb.formats import NewerFormat
from tocsin.adapters.dynamodb.templates import DynamoTemplates
from tocsin.adapters.memory import MemoryTemplates
from tocsin.domain.enrichment.gist import Gist
from tocsin.domain.enrichment.known import Known

UNTIL_S = T0 + 3600.0


@pytest.fixture(params=["memory", "aws"])
def templates(request):
    if request.param == "memory":
        return MemoryTemplates()
    return stored(request.getfixturevalue("cloud"))


def stored(cloud):
    return DynamoTemplates(client("dynamodb"), cloud.environ["ENRICHMENT_TABLE"])


def known(fingerprint="f1", **fields):
    return replace(
        Known(
            fingerprint=fingerprint,
            name="DiskFull",
            seen_at_s=T0,
            digest="d1",
            template="disk # full",
            labels={"host": "db-1", "größe": "ß"},
            gist=Gist("disk space", ("disk space",), ("access=reads",)),
            model="static",
            vector=bytes(range(256)),
        ),
        **fields,
    )


def test_what_was_written_comes_back(templates):
    given = (known(), known("f2", model="", vector=b"", name="日本"))
    templates.write("acme", "b1", given, UNTIL_S)
    assert templates.read("acme", "b1", T0) == given


def test_nothing_is_known_of_a_block_that_nobody_wrote(templates):
    assert templates.read("acme", "b1", T0) == ()


def test_a_block_is_replaced_as_a_whole(templates):
    templates.write("acme", "b1", [known(), known("f2")], UNTIL_S)
    templates.write("acme", "b1", [known("f3")], UNTIL_S)
    assert templates.read("acme", "b1", T0) == (known("f3"),)


def test_blocks_and_tenants_are_apart(templates):
    templates.write("acme", "b1", [known()], UNTIL_S)
    assert templates.read("acme", "b2", T0) == ()
    assert templates.read("acme2", "b1", T0) == ()
    assert templates.read("acm", "b1", T0) == ()


def test_what_has_expired_is_not_there_even_if_it_is_not_deleted_yet(templates):
    templates.write("acme", "b1", [known()], UNTIL_S)
    assert templates.read("acme", "b1", UNTIL_S - 1.0)
    assert templates.read("acme", "b1", UNTIL_S) == ()


def test_an_item_is_held_below_its_limit_without_the_last(cloud, monkeypatch):
    monkeypatch.setattr(dynamo, "LIMIT_BYTES", 2_000)
    given = [known(f"f{n}", vector=bytes((n * i * 7) % 251 for i in range(256))) for n in range(32)]
    stored(cloud).write("acme", "b1", given, UNTIL_S)
    found = stored(cloud).read("acme", "b1", T0)
    assert 2 <= len(found) < 32
    assert list(found) == given[: len(found)]
    (item,) = items(cloud.environ["ENRICHMENT_TABLE"])
    assert len(bytes(item["data"]["B"])) <= 2_000


def test_one_entry_that_is_longer_than_an_item_leaves_nothing_and_breaks_nothing(
    cloud, monkeypatch
):
    monkeypatch.setattr(dynamo, "LIMIT_BYTES", 50)
    stored(cloud).write("acme", "b1", [known()], UNTIL_S)
    assert stored(cloud).read("acme", "b1", T0) == ()


def test_items_are_the_tenants_and_say_when_they_go(cloud):
    stored(cloud).write("acme", "b1", [known()], UNTIL_S + 0.5)
    (item,) = items(cloud.environ["ENRICHMENT_TABLE"])
    assert item["pk"]["S"] == "acme#similar#b1"
    assert float(item["expires_at_s"]["N"]) == UNTIL_S + 1


@pytest.mark.parametrize("version", [None, 0])
def test_what_an_earlier_release_wrote_is_read(cloud, version):
    stored(cloud).write("acme", "b1", [known()], UNTIL_S)
    set_format(cloud.environ["ENRICHMENT_TABLE"], version)
    assert stored(cloud).read("acme", "b1", T0) == (known(),)


def test_what_a_newer_release_wrote_is_an_error_and_no_absence(cloud):
    stored(cloud).write("acme", "b1", [known()], UNTIL_S)
    set_format(cloud.environ["ENRICHMENT_TABLE"], 2)
    with pytest.raises(NewerFormat):
        stored(cloud).read("acme", "b1", T0)
