"""What a worker remembers of alerts that it read is of one tenant alone, and bounded."""

from tocsin.pipeline.recent import ReadBefore


def test_no_tenant_has_what_another_said() -> None:
    read_before = ReadBefore()
    assert read_before.of("acme") is read_before.of("acme")
    assert read_before.of("acme") is not read_before.of("globex")


def test_the_tenants_that_were_served_last_are_remembered() -> None:
    read_before = ReadBefore(tenants=2)
    acme, globex = read_before.of("acme"), read_before.of("globex")
    assert read_before.of("acme") is acme
    read_before.of("initech")
    assert read_before.of("acme") is acme
    assert read_before.of("globex") is not globex
