"""What browsers tell of a page that broke its policy is written down, without whom it was about."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from structlog.testing import capture_logs

from fyrklang.app import create_app
from fyrklang.kernel.config import Config
from fyrklang.kernel.limits import REPORT

STAY = uuid4()
PAGE = f"https://f.test/f/halland/deltagare/{STAY}?sok=hemlig"
OLD = {
    "csp-report": {
        "document-uri": PAGE,
        "effective-directive": "script-src-elem",
        "blocked-uri": "https://ond.example/hemlig.js?kod=1",
        "script-sample": "hemligt namn",
        "referrer": PAGE,
    }
}
NEW = [
    {
        "type": "csp-violation",
        "url": PAGE,
        "user_agent": "hemlig",
        "body": {"documentURL": PAGE, "effectiveDirective": "style-src-attr", "blockedURL": "inline"},
    }
]
SAME = {"Sec-Fetch-Site": "same-origin"}


def tell(app: Flask, body: Any, kind: str, **headers: str) -> tuple[int, list[dict[str, Any]]]:
    with capture_logs() as entries:
        answer = app.test_client().post("/sidfel", data=body, content_type=kind, headers={**SAME, **headers})
    return answer.status_code, [dict(one) for one in entries if one["event"] == "page_policy_broken"]


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        (OLD, "application/csp-report", ("script-src-elem", "ond.example")),
        (NEW, "application/reports+json", ("style-src-attr", "inline")),
    ],
)
def test_a_report_is_written_down_without_whom_it_was_about(
    app: Flask, body: Any, kind: str, expected: tuple[str, str]
) -> None:
    status, written = tell(app, json.dumps(body), kind)
    assert status == 204
    assert [(one["directive"], one["source"], one["page"]) for one in written] == [(*expected, "cases.show")]
    said = str(written)
    assert str(STAY) not in said
    assert "hemlig" not in said


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "7",
        "[7]",
        '{"csp-report": 7}',
        '{"csp-report": {"effective-directive": "x\\ny"}}',
        '[{"type": "csp-violation"}]',
        "[" * 5_000,
        json.dumps(OLD) + " " * 20_000,
    ],
)
def test_what_is_no_report_is_refused(app: Flask, body: str) -> None:
    for kind in ("application/csp-report", "application/reports+json"):
        assert tell(app, body, kind) == (400, [])


def test_neither_forms_nor_other_sites_can_fill_the_log(app: Flask) -> None:
    assert tell(app, json.dumps(OLD), "text/plain") == (400, [])
    assert tell(app, json.dumps(OLD), "application/csp-report", **{"Sec-Fetch-Site": "cross-site"}) == (
        403,
        [],
    )


def test_a_page_at_fault_is_written_down_a_few_times_a_minute(config: Config) -> None:
    app = create_app(replace(config, limits=True))
    statuses = []
    for _time in range(2 * REPORT.per_minute + 2):
        answer = app.test_client().post(
            "/sidfel",
            data=json.dumps(OLD),
            content_type="application/csp-report",
            headers=SAME,
            environ_base={"REMOTE_ADDR": "192.0.2.77"},
        )
        statuses.append(answer.status_code)
    assert set(statuses) == {204, 429}
    assert statuses.count(204) <= 2 * REPORT.per_minute
