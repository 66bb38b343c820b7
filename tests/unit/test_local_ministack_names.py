"""The private names of MiniStack that the server relies on. Where this fails, its version has changed under us."""

import inspect
import re
from typing import Any

import pytest
from ministack import app
from ministack.core import iam_evaluator, lambda_runtime, persistence, responses, sigv4
from ministack.services import cloudwatch_logs, cognito, dynamodb, lambda_svc, s3, sts
from ministack.services.cloudformation import provisioners

FUNCTIONS: list[tuple[Any, str, list[str]]] = [
    (app, "_build_persistence_save_dict", []),
    (
        app,
        "_enforce_execute_api",
        ["api_id", "stage", "method", "execute_path", "headers", "query_params", "iam_action"],
    ),
    (app, "_execute_api_authorization_type", ["api_id", "stage", "method", "execute_path"]),
    (app, "_handle_cognito_get_request", ["method", "path", "headers", "query_params"]),
    (app, "_decompress_request_body", ["body", "headers"]),
    (cloudwatch_logs, "get_state", []),
    (cognito, "_create_identity_provider", ["data"]),
    (cognito, "_delete_identity_provider", ["data"]),
    (cognito, "_dispatch_identity", ["action", "data"]),
    (cognito, "_dispatch_idp", ["action", "data"]),
    (cognito, "_qp", ["query_params", "key", "default"]),
    (cognito, "_run_identity_handler", ["handler", "action", "data"]),
    (cognito, "_update_identity_provider", ["data"]),
    (dynamodb, "_items_replaced", ["table"]),
    (dynamodb, "_remove_item", ["table", "pk_val", "sk_val"]),
    (dynamodb, "_set_item", ["table", "pk_val", "sk_val", "item"]),
    (dynamodb, "_txn_token_store", ["crt", "entry"]),
    (dynamodb, "get_state", []),
    (iam_evaluator, "_served_unsigned", ["service", "iam_action"]),
    (
        iam_evaluator,
        "enforce",
        ["access_key_id", "iam_action", "service", "region", "resource_arn", "service_context"],
    ),
    (iam_evaluator, "is_root_access_key", ["access_key_id"]),
    (iam_evaluator, "resolve_credential", ["access_key_id", "account_id", "session_token"]),
    (lambda_runtime, "kill_workers", ["workers"]),
    (lambda_svc, "reap_idle_workers", ["ttl"]),
    (lambda_runtime, "reset", []),
    (lambda_svc, "_emit_lambda_logs", ["func", "request_id", "log_text", "error", "duration_ms", "log_source"]),
    (persistence, "save_state", ["service", "data"]),
    (s3, "_enforce_post_policy_size", ["policy_b64", "size"]),
    (s3, "_error", ["code", "message", "status", "resource", "extra", "headers"]),
    (s3, "_object_disk_path", ["bucket", "key", "account_id"]),
    (s3, "_parse_multipart_form", ["content_type", "body"]),
    (s3, "_persist_object", ["bucket", "key", "obj"]),
    (
        s3,
        "handle_request",
        [
            "method",
            "path",
            "headers",
            "body",
            "query_params",
            "signed_path",
            "enforce_bucket_region",
            "internal",
            "access_point_region",
            "access_point",
        ],
    ),
    (s3, "md5_hash", ["data"]),
    (responses, "_account_from_sts_session", ["access_key_id"]),
    (sigv4, "calculate_signature", ["secret", "date_stamp", "region", "service", "string_to_sign"]),
    (sigv4, "decode_header_value", ["value"]),
    (
        sigv4,
        "header_signing_documents",
        ["signature", "method", "raw_path", "query_params", "headers", "body", "presigned"],
    ),
    (sigv4, "parse_header_signature", ["headers"]),
    (sigv4, "parse_query_signature", ["query_params"]),
    (sigv4, "presigned_request_is_expired", ["amz_date", "expires", "now"]),
    (sigv4, "request_time_failure", ["signature", "now"]),
    (sigv4, "signatures_match", ["computed", "provided"]),
    (sts, "handle_request", ["method", "path", "headers", "body", "query_params"]),
    (sts, "is_root_access_key", ["access_key_id"]),
    (sts, "register_session", ["access_key", "session"]),
]

STORES: list[tuple[Any, str, str]] = [
    (cloudwatch_logs, "_log_groups", "all_values"),
    (cognito, "_auth_codes", "get"),
    (dynamodb, "_lock", "acquire"),
    (dynamodb, "_txn_idempotency", "pop_scoped"),
    (dynamodb, "_tables", "all_values"),
    (lambda_runtime, "_lock", "acquire"),
    (lambda_runtime, "_workers", "values"),
    (lambda_svc, "_dynamodb_stream_positions", "set_scoped"),
    (provisioners, "_RESOURCE_HANDLERS", "get"),
    (persistence, "STATE_DIR", "encode"),
    (s3, "_bucket_versioning", "get"),
    (s3, "_object_versions", "get"),
]

USED_BY_NAME = [
    (app, "_handle_lifespan", "_build_persistence_save_dict"),
    (dynamodb, "_put_item", "_set_item"),
    (dynamodb, "_update_item", "_set_item"),
    (dynamodb, "_delete_item", "_remove_item"),
    (dynamodb, "_batch_write_item", "_set_item"),
    (dynamodb, "_transact_write_items", "_set_item"),
    (dynamodb, "_ttl_reaper", "_remove_item"),
    (dynamodb, "_transact_write_items", "_txn_token_store"),
    (cognito, "handle_request", "_dispatch_idp"),
    (cognito, "handle_request", "_dispatch_identity"),
    (app, "_dispatch_service_request", "_decompress_request_body"),
    (s3, "_post_object", "_parse_multipart_form"),
    (s3, "_post_object", "md5_hash"),
    (s3, "_put_object", "md5_hash"),
    (s3, "_request_access_key", "_parse_multipart_form"),
    (s3, "_post_object", "_persist_object"),
    (s3, "_post_object", "_enforce_post_policy_size"),
    (s3, "_copy_object", "_persist_object"),
    (s3, "_complete_multipart_upload", "_persist_object"),
    (lambda_svc, "_execute_function_dispatch", "_emit_lambda_logs"),
]


@pytest.mark.parametrize(("module", "name", "parameters"), FUNCTIONS)
def test_a_function_we_wrap_or_call(module: Any, name: str, parameters: list[str]) -> None:
    function = getattr(module, name, None)
    assert function is not None, f"{module.__name__}.{name} is gone: photobak/local/patches needs it"
    assert list(inspect.signature(function).parameters) == parameters


@pytest.mark.parametrize(("module", "name", "method"), STORES)
def test_a_store_we_read(module: Any, name: str, method: str) -> None:
    assert hasattr(getattr(module, name, None), method), f"{module.__name__}.{name}.{method} is gone"


@pytest.mark.parametrize(("module", "caller", "name"), USED_BY_NAME)
def test_who_changes_something_does_it_through_what_we_wrap(module: Any, caller: str, name: str) -> None:
    assert name in getattr(module, caller).__code__.co_names


def test_idle_workers_are_ended_by_the_name_that_we_wrap() -> None:
    assert "reap_idle_workers()" in inspect.getsource(lambda_svc._ensure_reaper_thread)


def test_nothing_else_changes_items() -> None:
    """Each write to a table's items is in a function that we wrap, or that a photobak stack never reaches."""
    change = re.compile(r'\["items"\](\[\w+\])*( =[^=]|\.setdefault|\.pop|\.clear)|del \w+\["items"\]')
    functions = inspect.getmembers(dynamodb, inspect.isfunction)
    writers = {name for name, function in functions if change.search(inspect.getsource(function))}
    never_reached = {
        "_create_replica",  # global tables
        "_execute_transaction",  # PartiQL
        "_restore_state",  # its own start, before ours
        "_restore_table_from_backup",
        "_restore_table_to_point_in_time",
    }
    assert writers - never_reached == {"_set_item", "_remove_item"}


def test_what_we_teach_its_cloudformation_it_does_not_know() -> None:
    """Where it does one day, that half of photobak/local/patches/federation.py can go."""
    assert "AWS::Cognito::UserPoolIdentityProvider" not in provisioners._RESOURCE_HANDLERS
