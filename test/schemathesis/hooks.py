"""What `npm run schemathesis` adds to schemathesis: who calls, and the exceptions that stand beside this file."""

import json
import os
import pathlib
import re
import urllib.request

import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    negative_data_rejection,
    positive_data_acceptance,
)

ORIGIN = os.environ["FOOTLIGHT_ORIGIN"]
EXCEPTIONS = json.loads(
    (pathlib.Path(__file__).parent / "exceptions.json").read_text()
)["exceptions"]
# They end the session that they are called with, so each call has a session of its own.
ENDS_SESSION = ["/auth/sign-out", "/auth/logout", "/auth/sessions/{id}"]


@schemathesis.auth(refresh_interval=None).apply_to(path=ENDS_SESSION)
class OwnSession:
    def get(self, case, context):
        body = {
            "email": "viewer2@footlight.test",
            "password": os.environ["DEMO_PASSWORD"],
        }
        request = urllib.request.Request(
            f"{ORIGIN}/api/v1/auth/signin/email",
            json.dumps(body).encode(),
            {"content-type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)["data"]["token"]

    def set(self, case, data, context):
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.auth().skip_for(path=ENDS_SESSION)
class RoleSession:
    def get(self, case, context):
        return os.environ["FOOTLIGHT_TOKEN"]

    def set(self, case, data, context):
        case.headers["Authorization"] = f"Bearer {data}"


def is_excepted(check, case, detail):
    """Whether an entry of the file names this check, this operation and this detail."""
    name = case.operation.definition.raw.get("operationId", "")
    return any(
        entry["check"] == check
        and re.search(entry["operation"], name)
        and re.search(entry["detail"], detail)
        for entry in EXCEPTIONS
    )


def error_of(response):
    try:
        return json.loads(response.content).get("error") or {}
    except (ValueError, AttributeError):
        return {}


def details_of(error):
    details = error.get("details")
    if not isinstance(details, list):
        return [error.get("code", "")]
    said = [f"{one.get('path', '')}: {one.get('message', '')}" for one in details]
    # The twentieth only says how many more there are.
    return [one for one in said if not re.fullmatch(r": and \d+ more", one)]


@schemathesis.check
def accepts_valid_data(ctx, response, case):
    """A refusal by the state of things is not one of the data: only VALIDATION_FAILED and MALFORMED_JSON are."""
    error = error_of(response)
    if error.get("code") not in ("VALIDATION_FAILED", "MALFORMED_JSON", "BODY_TOO_LARGE"):
        return None
    if all(is_excepted("accepts_valid_data", case, one) for one in details_of(error)):
        return None
    return positive_data_acceptance(ctx, response, case)


@schemathesis.check
def refuses_invalid_data(ctx, response, case):
    if is_excepted("refuses_invalid_data", case, str(response.status_code)):
        return None
    return negative_data_rejection(ctx, response, case)


@schemathesis.check
def has_no_fault(ctx, response, case):
    if is_excepted("has_no_fault", case, error_of(response).get("code", "")):
        return None
    return not_a_server_error(ctx, response, case)
