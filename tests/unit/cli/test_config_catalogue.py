"""`tocsin config` and the service catalogue that a file names."""

import pytest
from click.testing import CliRunner, Result

from cli.commands.config import command
from tocsin.adapters.memory import MemoryBlobs
from tocsin.adapters.references import BlobReferences
from tocsin.domain.enrichment.catalogue import decode
from tocsin.domain.errors import Retryable

TEXT = """
tenants:
  acme:
    receivers: [{name: oncall, webhook: {url: 'https://example.com/'}}]
    route: {receiver: oncall}
    enrichment: {catalogue: services.csv}
"""


class World:
    """A stack in memory, and the files of somebody who applies to it."""

    def __init__(self, target, folder):
        self.target, self.folder = target, folder
        self.blobs = MemoryBlobs()
        target.references = BlobReferences(self.blobs)
        (folder / "tocsin.yaml").write_text(TEXT)

    def run(self, name: str, *services: str, text: str = TEXT) -> Result:
        (self.folder / "tocsin.yaml").write_text(text)
        (self.folder / "services.csv").write_text("\n".join(("name,team", *services)))
        file = str(self.folder / "tocsin.yaml")
        return CliRunner(mix_stderr=False).invoke(command, [name, file], obj=self.target)

    @property
    def version(self) -> int:
        config = self.target.configs.current("acme")
        return config.version if config else 0

    @property
    def digest(self) -> str:
        return self.target.configs.current("acme").enrichment.catalogue


@pytest.fixture
def world(memory_target, tmp_path):
    return World(memory_target, tmp_path)


def test_check_needs_no_stack_and_counts_the_services(world):
    result = world.run("check", "a,x", "b,y")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "    catalogue  2 services" in result.output


def test_check_tells_what_is_wrong_in_the_catalogue(world):
    result = world.run("check", "a,x", "A,y", ",z")
    assert result.exit_code == 1
    assert f"{world.folder}/services.csv:4: services[2].name: is required" in result.stderr
    missing = world.run("check", text=TEXT.replace("services.csv", "none.csv"))
    where = f"{world.folder}/tocsin.yaml:6: tenants.acme.enrichment.catalogue: "
    assert where in missing.stderr
    assert "cannot be read as UTF-8 text" in missing.stderr


def test_apply_stores_the_file_that_the_configuration_names(world):
    result = world.run("apply", "a,x", "b,y")
    assert result.exit_code == 0, result.stderr
    assert "acme: applied as version 1\n  catalogue: 2 services\n    new     a, b" in result.output
    catalogue = decode(world.target.references.get("acme", world.digest))
    assert [service.name for service in catalogue.services] == ["a", "b"]
    shown = CliRunner().invoke(command, ["show", "--tenant", "acme"], obj=world.target)
    assert f"catalogue: {world.digest}" in shown.output


def test_nothing_names_a_file_that_is_not_stored(world, monkeypatch):
    def broken(*_: object) -> str:
        raise Retryable("s3 PutObject: SlowDown")

    monkeypatch.setattr(world.target.references, "put", broken)
    assert world.run("apply", "a,x").exit_code != 0
    assert world.version == 0


def test_a_changed_catalogue_is_a_new_version_and_says_what_changed(world):
    world.run("apply", "a,x", "b,y", "c,z")
    before = world.digest
    planned = world.run("plan", "a,x", "b,other", "d,z")
    assert planned.output == (
        "acme: would be version 2; changes enrichment\n  catalogue: 3 services\n"
        "    new     d\n    changed b\n    gone    c\n"
    )
    assert (world.version, world.digest) == (1, before)
    applied = world.run("apply", "a,x", "b,other", "d,z")
    assert "acme: applied as version 2\n  catalogue: 3 services\n    new     d\n" in applied.output
    # A worker that has the version before still finds its file.
    assert world.target.references.get("acme", before)
    assert world.run("plan", "a,x", "b,other", "d,z").output == "acme: unchanged, still version 2\n"


def test_applying_again_brings_back_a_file_that_was_lost(world):
    world.run("apply", "a,x")
    world.blobs.data.clear()
    assert "unchanged, still version 1" in world.run("apply", "a,x").output
    assert world.target.references.get("acme", world.digest)


def test_a_catalogue_in_force_that_is_lost_can_be_replaced(world):
    world.run("apply", "a,x")
    world.blobs.data.clear()
    result = world.run("apply", "b,x")
    assert "catalogue: 1 service; the one in force cannot be read" in result.output
    assert world.version == 2


def test_a_plan_before_anything_is_applied(world):
    result = world.run("plan", "a,x")
    assert "acme: would be version 1; changes everything: nothing is applied yet" in result.output
    assert world.version == 0
    assert world.blobs.data == {}
