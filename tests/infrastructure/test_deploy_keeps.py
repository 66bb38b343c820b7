"""Whatever is deployed, removed and deployed again: photos, records and identities stay."""

import contextlib
import json
from dataclasses import replace

import pytest
from support.local_stack import root_client
from support.stacks import broken, local_parameters, made, put_photo, read_photo, target_of

from photobak.cli.ui.stack import profile_of
from photobak.client.account.cognito import identity_id
from photobak.client.account.sign_in.hosted_ui import sign_in_local
from photobak.errors import StackError
from photobak.local.values import LocalStack
from photobak.stack.change_set import CREATE_ONLY, Change, losses
from photobak.stack.deploy import Plan, deploy
from photobak.stack.outputs import StackOutputs
from photobak.stack.progress import ResourceEvent, kind_of_change, stack_of
from photobak.stack.retained import contents, delete_kept, destroy, find_retained
from photobak.stack.target import Target
from photobak.stack.template import KEPT, adopting_template, read_template, template_text


@pytest.fixture
def target(local_stack: LocalStack) -> Target:
    return target_of(local_stack)


def identity_of(local_stack: LocalStack, outputs: StackOutputs) -> str:
    """The identity id of a person who signs in; everything of theirs lies under it."""
    cognito = root_client(local_stack, "cognito-idp")
    with contextlib.suppress(cognito.exceptions.UsernameExistsException):
        attributes = [{"Name": "email", "Value": "me@example.com"}, {"Name": "email_verified", "Value": "true"}]
        pool = {"UserPoolId": outputs.user_pool_id, "Username": "me@example.com"}
        cognito.admin_create_user(**pool, MessageAction="SUPPRESS", UserAttributes=attributes)
        cognito.admin_set_user_password(**pool, Password="correct horse battery", Permanent=True)
    profile = profile_of("me", outputs)
    tokens = sign_in_local(profile, "me@example.com", "correct horse battery")
    return identity_id(profile, tokens.id_token)


def test_deploy_change_deploy_destroy_deploy_keeps_every_photo_and_the_same_identity(local_stack, target):
    first = made(target, local_stack, "keeps")
    put_photo(local_stack, first, b"bytes")
    identity = identity_of(local_stack, first)
    second = deploy(target, stack_name="keeps", parameters={"TrashDays": "40"})
    assert second == first
    gone: list[ResourceEvent] = []
    destroy(target, "keeps", gone.append)
    assert stack_of(target, "keeps") is None
    assert {event.logical_id for event in gone if event.status == "DELETE_COMPLETE"} >= {"ApiFunction", "HttpApi"}
    plans: list[Plan] = []
    third = deploy(target, stack_name="keeps", parameters=local_parameters(local_stack), approve=plans.append)
    same = replace(third, api_url=first.api_url, ws_url=first.ws_url)  # APIs get new addresses
    assert same == first
    assert {one.logical_id for one in plans[0].adopted} == KEPT
    assert not {change.logical_id for change in plans[1].changes if change.action == "Add"} & KEPT
    assert read_photo(local_stack, third) == b"bytes"
    assert identity_of(local_stack, third) == identity


def test_what_is_adopted_is_whole_again_after_the_update(local_stack, target):
    outputs = made(target, local_stack, "whole")
    s3 = root_client(local_stack, "s3")
    before = s3.get_bucket_notification_configuration(Bucket=outputs.temp_bucket)["QueueConfigurations"]
    destroy(target, "whole")
    made(target, local_stack, "whole")
    after = s3.get_bucket_notification_configuration(Bucket=outputs.temp_bucket)["QueueConfigurations"]
    assert [one["Events"] for one in after] == [one["Events"] for one in before]
    assert s3.get_bucket_versioning(Bucket=outputs.bucket)["Status"] == "Enabled"


def test_nothing_to_change_is_no_plan(local_stack, target):
    made(target, local_stack, "idle")
    plans: list[Plan] = []
    deploy(target, stack_name="idle", parameters={}, approve=plans.append)
    assert plans == []


def test_a_second_deployment_keeps_the_options_of_the_first(local_stack, target):
    deploy(target, stack_name="options", parameters={**local_parameters(local_stack), "TrashDays": "77"})
    deploy(target, stack_name="options", parameters={"LogRetentionDays": "90"})
    parameters = {entry["ParameterKey"]: entry["ParameterValue"] for entry in stack_of(target, "options")["Parameters"]}
    assert (parameters["TrashDays"], parameters["LogRetentionDays"]) == ("77", "90")


@pytest.mark.parametrize(
    ("old", "new", "lost"),
    [
        ('TableName: !Sub "${AWS::StackName}-photos"', 'TableName: !Sub "${AWS::StackName}-pictures"', "PhotosTable"),
        ('BucketName: !Sub "${AWS::StackName}-photos', 'BucketName: !Sub "${AWS::StackName}-pictures', "PhotoBucket"),
    ],
)
def test_a_template_that_would_replace_a_store_is_refused(local_stack, target, old, new, lost):
    outputs = made(target, local_stack, "refused")
    put_photo(local_stack, outputs, b"safe")
    template = template_text().replace(old, new)
    assert template != template_text()
    with pytest.raises(StackError, match=f"delete or replace {lost}"):
        deploy(target, stack_name="refused", parameters={}, template=template)
    assert read_photo(local_stack, outputs) == b"safe"
    assert made(target, local_stack, "refused") == outputs
    cloudformation = root_client(local_stack, "cloudformation")
    waiting = cloudformation.list_change_sets(StackName="refused")["Summaries"]
    assert [one for one in waiting if one["ExecutionStatus"] == "AVAILABLE"] == []


@pytest.mark.parametrize("logical_id", sorted(KEPT))
def test_removing_or_replacing_what_is_kept_is_a_loss(logical_id):
    assert losses([Change("Remove", logical_id, "any")])
    assert losses([Change("Modify", logical_id, "any", replaced=True)])
    assert not losses([Change("Modify", logical_id, "any"), Change("Add", logical_id, "any")])


def test_what_is_kept_is_what_the_template_retains():
    resources = read_template(template_text())["Resources"]
    assert {name for name, one in resources.items() if one.get("DeletionPolicy")} == KEPT
    assert {name for name, one in resources.items() if one.get("UpdateReplacePolicy") == "Retain"} == KEPT


def test_a_no_changes_nothing(local_stack, target):
    outputs = made(target, local_stack, "declined")

    def decline(plan: Plan) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deploy(target, stack_name="declined", parameters={"TrashDays": "50"}, approve=decline)
    parameters = {one["ParameterKey"]: one["ParameterValue"] for one in stack_of(target, "declined")["Parameters"]}
    assert parameters["TrashDays"] != "50"
    assert made(target, local_stack, "declined") == outputs


def test_a_no_to_the_first_deployment_can_be_thought_over(local_stack, target):
    def decline(plan: Plan) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deploy(target, stack_name="thought", parameters=local_parameters(local_stack), approve=decline)
    assert made(target, local_stack, "thought").bucket.startswith("thought-photos-")


def test_two_stacks_in_one_account_do_not_meet(local_stack, target):
    one, other = made(target, local_stack, "home"), made(target, local_stack, "home-2")
    assert not {one.bucket, one.table, one.user_pool_id, one.identity_pool_id, one.temp_bucket} & {
        other.bucket, other.table, other.user_pool_id, other.identity_pool_id, other.temp_bucket
    }  # fmt: skip
    put_photo(local_stack, one, b"one")
    put_photo(local_stack, other, b"other")
    destroy(target, "home-2")
    delete_kept(target, "home-2", find_retained(target, "home-2"))
    assert find_retained(target, "home-2") == ()
    assert read_photo(local_stack, one) == b"one"
    assert made(target, local_stack, "home") == one


def test_deleting_photos_empties_versions_and_delete_markers_too(local_stack, target):
    outputs = made(target, local_stack, "emptied")
    put_photo(local_stack, outputs, b"first")
    put_photo(local_stack, outputs, b"second")
    root_client(local_stack, "s3").delete_object(Bucket=outputs.bucket, Key="original/me/1.jpg")
    put_photo(local_stack, outputs, b"third!")
    retained = find_retained(target, "emptied")
    count, size = contents(target, retained)
    assert (count, size) == (1, 6)
    destroy(target, "emptied")
    delete_kept(target, "emptied", retained)
    assert find_retained(target, "emptied") == ()
    names = [bucket["Name"] for bucket in root_client(local_stack, "s3").list_buckets()["Buckets"]]
    assert [name for name in names if name.startswith("emptied-")] == []


@pytest.mark.parametrize(
    ("status", "way_out"),
    [
        ("ROLLBACK_COMPLETE", "photobak destroy --stack-name home"),
        ("ROLLBACK_FAILED", "photobak destroy --stack-name home"),
        ("DELETE_FAILED", "photobak destroy --stack-name home"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback --stack-name home"),
    ],
)
def test_a_stuck_stack_says_the_way_out(status, way_out):
    with pytest.raises(StackError) as stuck:
        kind_of_change("home", status)
    assert way_out in stuck.value.next_step


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (None, "CREATE"),
        ("REVIEW_IN_PROGRESS", "CREATE"),
        ("CREATE_COMPLETE", "UPDATE"),
        ("IMPORT_COMPLETE", "UPDATE"),
        ("UPDATE_ROLLBACK_COMPLETE", "UPDATE"),
    ],
)
def test_a_resting_stack_is_made_or_changed(status, kind):
    assert kind_of_change("home", status) == kind


def test_a_failure_names_the_resource_and_the_reason_and_can_be_repeated(local_stack, target):
    made(target, local_stack, "mended")
    with pytest.raises(StackError, match=r"Broken \(AWS::Cognito::UserPoolGroup\): .+"):
        deploy(target, stack_name="mended", parameters={}, template=broken(template_text()))
    assert made(target, local_stack, "mended").bucket.startswith("mended-photos-")


def test_an_adopting_template_names_nothing_outside_itself():
    document = json.loads(adopting_template(template_text(), KEPT))
    assert set(document["Resources"]) == KEPT
    assert "Outputs" not in document
    assert "UploadQueue" not in json.dumps(document["Resources"])
    assert all(one["DeletionPolicy"] for one in document["Resources"].values())


def test_the_create_only_properties_are_those_of_cloudformations_schemas():
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

    resources = read_template(template_text())["Resources"]
    found = set()
    for kind in {resources[name]["Type"] for name in KEPT}:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
        for key in ("createOnlyProperties", "conditionalCreateOnlyProperties"):
            found |= {pointer.split("/")[2] for pointer in schema.get(key) or []}
    assert found == CREATE_ONLY


def test_a_template_that_is_too_large_to_be_sent_along_goes_by_the_bucket(local_stack, target):
    outputs = made(target, local_stack, "large")
    large = template_text() + "# padding\n" * 2_000 + "# end\n"
    assert len(large) > 51_200
    assert deploy(target, stack_name="large", parameters={}, template=large) == outputs
    changed = large.replace("MaximumConcurrency: 2", "MaximumConcurrency: 3", 1)
    plans: list[Plan] = []
    deploy(target, stack_name="large", parameters={}, template=changed, approve=plans.append)
    assert len(plans) == 1
