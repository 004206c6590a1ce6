"""Tables, the bucket and the secret: what expires, what is kept, who may see it."""

import pytest

from tests.template.transformed import Stack

KEPT = ["GroupTable", "ControlTable", "RuleTable", "ArchiveBucket", "KeyPepperSecret"]
DAY_S = 86400


def rules(stack: Stack) -> dict[str, dict]:
    found = stack["ArchiveBucket"]["LifecycleConfiguration"]["Rules"]
    assert all(rule["Status"] == "Enabled" for rule in found)
    return {rule["Id"]: rule for rule in found}


def test_what_is_only_true_for_a_while_expires(stack: Stack) -> None:
    for name, table in stack.of_type("AWS::DynamoDB::Table").items():
        if name == "RuleTable":
            # The state of a rule is true until the rule is evaluated again, or is gone.
            continue
        expected = {"AttributeName": "expires_at_s", "Enabled": True}
        assert table["TimeToLiveSpecification"] == expected, name


def test_tables_cost_nothing_while_nothing_happens_and_are_encrypted(stack: Stack) -> None:
    for table in stack.of_type("AWS::DynamoDB::Table").values():
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert table["SSESpecification"] == {"SSEEnabled": True}


@pytest.mark.parametrize("name", ["GroupTable", "ControlTable", "RuleTable"])
def test_what_nobody_can_send_again_can_be_restored(stack: Stack, name: str) -> None:
    assert stack[name]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


@pytest.mark.parametrize("name", KEPT)
def test_what_nobody_can_send_again_survives_the_stack(stack: Stack, name: str) -> None:
    assert stack.resources[name]["DeletionPolicy"] == "RetainExceptOnCreate"
    assert stack.resources[name]["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize(
    ("name", "at", "other"),
    [
        ("resolve-due", "resolve_due_at_s", "poke_due_at_s"),
        ("poke-due", "poke_due_at_s", "resolve_due_at_s"),
    ],
)
def test_tick_finds_in_an_index_all_that_it_needs(
    stack: Stack, name: str, at: str, other: str
) -> None:
    indexes = {index["IndexName"]: index for index in stack["GroupTable"]["GlobalSecondaryIndexes"]}
    assert [part["AttributeName"] for part in indexes[name]["KeySchema"]] == ["shard", at]
    assert indexes[name]["Projection"] == {
        "ProjectionType": "INCLUDE",
        "NonKeyAttributes": ["key", "urgent", other],
    }


def test_the_bucket_is_private_encrypted_and_versioned(stack: Stack) -> None:
    bucket = stack["ArchiveBucket"]
    block = bucket["PublicAccessBlockConfiguration"]
    assert len(block) == 4
    assert all(value is True for value in block.values())
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]


def test_the_archive_grows_cold_and_then_goes(stack: Stack) -> None:
    raw = rules(stack)["raw"]
    assert raw["Prefix"] == "raw/"
    assert [(step["StorageClass"], step["TransitionInDays"]) for step in raw["Transitions"]] == [
        ("STANDARD_IA", 30),
        ("GLACIER_IR", 90),
    ]
    # The coldest class bills 90 days whether they were used or not.
    assert raw["ExpirationInDays"] >= 90 + 90
    assert rules(Stack(ArchiveRetentionDays="200"))["raw"]["ExpirationInDays"] == "200"


def test_a_claim_outlives_the_message_that_points_to_it(stack: Stack) -> None:
    queues = stack.of_type("AWS::SQS::Queue")
    kept_s = max(
        queue["MessageRetentionPeriod"]
        + queues[name.replace("Queue", "DeadLetterQueue")]["MessageRetentionPeriod"]
        for name, queue in queues.items()
        if "DeadLetter" not in name
    )
    claims, letters = rules(stack)["claims"], rules(stack)["letters"]
    assert claims["Prefix"] == "claims/"
    # An archived letter can be sent back on its last day, and then waits as others do.
    assert claims["ExpirationInDays"] * DAY_S > letters["ExpirationInDays"] * DAY_S + kept_s


def test_an_archived_letter_outlives_sqs_by_as_much_again(stack: Stack) -> None:
    letters = rules(stack)["letters"]
    assert letters["Prefix"] == "letters/"
    assert letters["ExpirationInDays"] == 30


def test_leftovers_of_uploads_and_versions_go_everywhere(stack: Stack) -> None:
    leftovers = rules(stack)["leftovers"]
    assert "Prefix" not in leftovers
    assert leftovers["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] >= 1
    assert leftovers["NoncurrentVersionExpiration"] == {"NoncurrentDays": 7}


def test_state_that_nothing_can_rebuild_never_expires_from_the_bucket(stack: Stack) -> None:
    prefixes = {rule.get("Prefix") for rule in rules(stack).values() if "ExpirationInDays" in rule}
    assert prefixes == {"raw/", "claims/", "letters/"}


def test_the_pepper_is_made_by_aws_and_never_written_down(stack: Stack) -> None:
    assert stack["KeyPepperSecret"]["GenerateSecretString"]["PasswordLength"] >= 32
    assert "SecretString" not in stack["KeyPepperSecret"]
