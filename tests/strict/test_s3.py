"""Requests of S3."""

import io

import pytest
from botocore.exceptions import ParamValidationError

from tests.strict.refusal import Refused
from tests.strict.s3 import PUT_LIMIT_BYTES, check


def put(**options):
    return {"Bucket": "things", "Key": "key", "Body": b"x", **options}


def test_a_key_has_1024_bytes(cloud):
    cloud.call("s3", "put_object", put(Key="\u00e4" * 512))
    longer = put(Key="\u00e4" * 512 + "x")
    cloud.assert_refused("s3", "put_object", "KeyTooLongError", longer, moto_takes=True)


def test_a_key_is_not_empty(cloud):
    cloud.assert_refused("s3", "put_object", "InvalidRequest", put(Key=""), moto_takes=False)


@pytest.mark.parametrize("operation", ["get_object", "head_object", "delete_object"])
def test_a_key_is_looked_at_wherever_it_comes(cloud, operation):
    key = "k" * 1024
    cloud.call("s3", "put_object", put(Key=key))
    cloud.call("s3", operation, {"Bucket": "things", "Key": key})
    longer = {"Bucket": "things", "Key": key + "k"}
    moto_takes = operation == "delete_object"
    cloud.assert_refused("s3", operation, "KeyTooLongError", longer, moto_takes)


def test_metadata_has_2_kb(cloud):
    cloud.call("s3", "put_object", put(Metadata={"name": "x" * 2044}))
    more = put(Metadata={"name": "x" * 2045})
    cloud.assert_refused("s3", "put_object", "MetadataTooLarge", more, moto_takes=True)


def test_metadata_is_ascii(cloud):
    # botocore refuses this by itself, whatever the client validates.
    with pytest.raises(ParamValidationError, match="Non ascii"):
        cloud.moto["s3"].put_object(**put(Metadata={"name": "\u00e4"}))


def test_an_object_is_put_up_to_5_gb(cloud):
    check("PutObject", put(ContentLength=PUT_LIMIT_BYTES))
    with pytest.raises(Refused):
        check("PutObject", put(ContentLength=PUT_LIMIT_BYTES + 1))
    with pytest.raises(Refused):
        check("PutObject", put(Body=Endless()))


class Endless(io.BytesIO):
    def seek(self, offset, whence=0):
        return PUT_LIMIT_BYTES + 1 if whence == 2 else super().seek(offset, whence)


def test_a_body_may_be_a_file(cloud):
    body = io.BytesIO(b"skipped, kept")
    body.seek(9)
    cloud.call("s3", "put_object", put(Body=body))
    answer = cloud.call("s3", "get_object", {"Bucket": "things", "Key": "key"})
    assert answer["Body"].read() == b"kept"


def deletion(count):
    keys = [{"Key": str(number)} for number in range(count)]
    return {"Bucket": "things", "Delete": {"Objects": keys}}


def test_a_request_deletes_1000_objects(cloud):
    cloud.call("s3", "delete_objects", deletion(1000))
    cloud.assert_refused("s3", "delete_objects", "MalformedXML", deletion(1001), moto_takes=True)
    cloud.assert_refused("s3", "delete_objects", "MalformedXML", deletion(0), moto_takes=False)
