import pytest
from botocore.exceptions import ClientError

from tocsin.adapters.s3 import S3Blobs
from tocsin.domain.errors import Permanent, Retryable


class Client:
    def __init__(self, code):
        self.code = code

    def get_object(self, **_):
        raise ClientError({"Error": {"Code": self.code}}, "GetObject")


@pytest.mark.parametrize(
    ("code", "kind"),
    [("NoSuchKey", Permanent), ("AccessDenied", Permanent), ("SlowDown", Retryable)],
)
def test_only_what_may_pass_is_tried_again(code, kind):
    with pytest.raises(kind):
        S3Blobs(Client(code), "bucket").get("key")
