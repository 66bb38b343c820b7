"""The live service in the template: what AWS needs and the local stack doesn't check."""

from typing import Any

from support.template import resources_of, template

RESOURCES = template()["Resources"]


def properties(name: str) -> dict[str, Any]:
    found: dict[str, Any] = RESOURCES[name]["Properties"]
    return found


def statements(role: str) -> list[dict[str, Any]]:
    return [each for policy in properties(role)["Policies"] for each in policy["PolicyDocument"]["Statement"]]


def test_whoever_connects_is_asked_for_first_and_nobody_remembers_the_answer() -> None:
    route = properties("LiveConnectRoute")
    assert (route["AuthorizationType"], route["AuthorizerId"]) == ("CUSTOM", {"Ref": "LiveAuthorizer"})
    # With identity sources API Gateway would refuse whoever has only one of the two, a token or a ticket.
    assert properties("LiveAuthorizer")["IdentitySource"] == []
    routes = resources_of("AWS::ApiGatewayV2::Route").values()
    keys = {each["Properties"]["RouteKey"] for each in routes if each["Properties"]["ApiId"] == {"Ref": "WebSocketApi"}}
    assert keys == {"$connect", "$disconnect", "$default"}


def test_answers_reach_the_client() -> None:
    """API Gateway passes a function's answer on where the route has a response, and only there."""
    assert properties("LiveMessageRoute")["RouteResponseSelectionExpression"] == "$default"
    response = properties("LiveMessageResponse")
    assert (response["RouteId"], response["RouteResponseKey"]) == ({"Ref": "LiveMessageRoute"}, "$default")


def test_a_stream_that_fails_neither_stands_still_nor_fails_unseen() -> None:
    events = properties("PublishEvents")
    assert events["MaximumRetryAttempts"] <= 10
    assert events["MaximumRecordAgeInSeconds"] == 24 * 60 * 60  # as long as DynamoDB keeps a stream's records
    assert events["BisectBatchOnFunctionError"] is True
    assert events["DestinationConfig"] == {"OnFailure": {"Destination": {"Fn::GetAtt": ["PublishFailures", "Arn"]}}}
    # One batch at a time, or a photo's changes would overtake each other.
    assert events.get("ParallelizationFactor", 1) == 1


def test_the_functions_may_do_what_they_do_and_nothing_else() -> None:
    for role in ("LiveRole", "PublishRole"):
        for statement in statements(role):
            anything = statement["Resource"] == "*"
            assert anything == (statement["Action"] == "dynamodb:ListStreams"), statement
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            assert not [action for action in actions if "*" in action], statement
    granted = {
        name
        for role in ("LiveRole", "PublishRole")
        for each in statements(role)
        for name in names_in(each)
        if each["Sid"] not in ("ForgetExpiredPhotos", "FindMotionVideos")
    }
    assert not granted & {"PhotosTable.Arn", "ContentsTable.Arn", "PhotoBucket.Arn", "TempBucket.Arn"}
    (forget,) = (each for each in statements("PublishRole") if each["Sid"] == "ForgetExpiredPhotos")
    assert forget["Action"] == "dynamodb:UpdateItem"  # of the content item alone: no record, no object, no deletion


def names_in(value: Any) -> set[str]:
    if isinstance(value, dict) and "Fn::GetAtt" in value:
        return {".".join(value["Fn::GetAtt"])}
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {name for item in items for name in names_in(item)}


def test_what_is_kept_for_a_while_is_forgotten() -> None:
    for table in ("TopicsTable", "TicketsTable", "ChangesTable"):
        assert properties(table)["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
