"""The time by which a migration judges leases."""

from email.utils import formatdate

import pytest

from cli.migration.servicetime import ServiceClock, TimedClient
from tests.builders import T0
from tocsin.domain.errors import ConfigurationError


class Service:
    """A service whose answers take a second, and an operator's clock that is off."""

    def __init__(self, off_s, date=True):
        self.now_s = T0 + 0.7
        self.off_s = off_s
        self.date = date
        self.clock = ServiceClock(self.local)
        self.client = TimedClient(self, self.clock, self.local)

    def local(self):
        return self.now_s + self.off_s

    def get_item(self, **parameters):
        assert parameters == {"Key": "k"}
        self.now_s += 0.5
        said = formatdate(int(self.now_s), usegmt=True)
        self.now_s += 0.5
        headers = {"date": said} if self.date is True else self.date
        return {"Item": "i", "ResponseMetadata": {"HTTPHeaders": headers}}


@pytest.mark.parametrize("off_s", [0.0, 3600.0, -3600.0, 2.0, 0.3])
def test_the_services_time_counts_and_it_is_never_early(off_s):
    service = Service(off_s)
    assert service.client.get_item(Key="k")["Item"] == "i"
    for passed_s in (0.0, 1000.0):
        service.now_s += passed_s
        assert service.now_s - 1.5 <= service.clock() <= service.now_s


def test_a_clock_that_is_set_meanwhile_is_noticed_with_the_next_answer():
    service = Service(0.0)
    service.client.get_item(Key="k")
    service.off_s = 500.0
    service.client.get_item(Key="k")
    assert service.clock() <= service.now_s


@pytest.mark.parametrize(
    ("off_s", "said"),
    [
        (3600.0, "is 3599 s ahead of the service's"),
        (-3600.0, "is 3599 s behind the service's"),
        (2.0, ""),
        (-2.0, ""),
        (0.0, ""),
    ],
)
def test_a_clock_that_is_wrong_is_told_of(off_s, said):
    service = Service(off_s)
    assert service.clock.warning == ""
    service.client.get_item(Key="k")
    assert said in service.clock.warning
    assert bool(service.clock.warning) is bool(said)


@pytest.mark.parametrize("headers", [{}, {"date": "yesterday"}])
def test_without_the_services_time_no_lease_is_judged(headers):
    service = Service(0.0, date=headers)
    service.client.get_item(Key="k")
    with pytest.raises(ConfigurationError, match="carry no time"):
        service.clock()
