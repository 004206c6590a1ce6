"""The group table where the network or another worker interferes."""

from tests.builders import T0
from tests.contract.conftest import cloud as cloud
from tests.integration.resources import make_resources
from tocsin.domain.group import GroupKey, Told
from tocsin.domain.journal import DeliveryRecord

assert make_resources

KEY = GroupKey("acme", "oncall")
TOLD = {"f1": Told(1, "firing", "delivered")}
RECORD = DeliveryRecord(
    source="e:0",
    fingerprint="f1",
    episode=1,
    step="firing",
    receiver="oncall",
    group=KEY.id,
    outcome="delivered",
    at_s=T0,
)
