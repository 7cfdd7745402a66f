"""An employer's directory (SCIM 2.0): it says who works there, and that is all it can do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests
from click.testing import CliRunner
from sqlalchemy import create_engine

from fyrklang.cli.directory import directory as command
from fyrklang.identity.directory import Directory, new_key, revoke_keys
from fyrklang.kernel.config import Config
from fyrklang.modules.scim import schemas
from tests.identity import ground
from tests.identity.hostile import SUBJECT, HostileIssuer
from tests.identity.support import Browser, Clock, Site

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class Speaker:
    """A directory with its key."""

    def __init__(self, site: Site, whose: Directory) -> None:
        self._site = site
        engine = create_engine(site.config.url_for("migrator"))
        with engine.begin() as connection:
            self.key = new_key(connection, whose, 30)
        engine.dispose()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        sent = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/scim+json", **headers}
        data = body if isinstance(body, str) or body is None else json.dumps(body)
        return requests.request(
            method, f"{self._site.url}/scim/v2{path}", data=data, headers=sent, timeout=20
        )

    def tell(self, subject: str, **more: Any) -> dict[str, Any]:
        answer = self.ask(
            "POST", "/Users", {"externalId": subject, "userName": f"{subject}@prov.test", **more}
        )
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def patch(self, user_id: str, *operations: dict[str, Any]) -> requests.Response:
        return self.ask("PATCH", f"/Users/{user_id}", {"schemas": [PATCH], "Operations": list(operations)})


@pytest.fixture(scope="module")
def employer(grounded: Config) -> Iterator[HostileIssuer]:
    """An issuer and an organisation of this file's own, so that its person has no places but those given here."""
    with HostileIssuer("hostile-directory") as issuer:
        issuer.register(grounded)
        yield issuer


@pytest.fixture
def issuer(site: Site, employer: HostileIssuer) -> Iterator[HostileIssuer]:
    site.forget()
    yield employer
    own = "(SELECT person_id FROM registry.identity WHERE issuer_id = %s)"
    with ground.connect(site.config) as conn:
        conn.execute("DELETE FROM registry.directory_user WHERE issuer_id = %s", (employer.id,))
        conn.execute(f"DELETE FROM registry.membership WHERE person_id IN {own}", (employer.id,))


@pytest.fixture
def speaker(site: Site, issuer: HostileIssuer) -> Speaker:
    return Speaker(site, Directory(issuer.organisation_id, issuer.id))


def _enter(site: Site, issuer: HostileIssuer) -> tuple[Browser, requests.Response]:
    browser = Browser(site)
    begun = browser.post("/logga-in", organisation=str(issuer.organisation_id))
    return browser, browser.follow(begun.headers["Refresh"].removeprefix("0; url="), 2)


def _worker(site: Site, issuer: HostileIssuer, *homes: tuple[str, str]) -> tuple[Browser, UUID]:
    browser, _answer = _enter(site, issuer)
    person = UUID(str((browser.who() or {})["person"]))
    for home in homes or (("KOMMUN", f"x-{issuer.id}"),):
        ground.place(site.config, person, "asviken", "BOARD", organisation=home)
    browser, _answer = _enter(site, issuer)
    return browser, person


def test_a_user_is_told_of_read_changed_and_removed(speaker: Speaker) -> None:
    told = speaker.tell(
        "kim", name={"givenName": "Kim", "familyName": "Prov"}, emails=[{"value": "k@prov.test"}]
    )
    assert (told["externalId"], told["displayName"], told["active"]) == ("kim", "Kim Prov", True)
    assert "emails" not in told
    where = f"/Users/{told['id']}"
    assert told["meta"]["location"].endswith(where)
    answer = speaker.ask("GET", where)
    assert answer.headers["Content-Type"].startswith("application/scim+json")
    assert answer.json() == told
    put = speaker.ask("PUT", where, {"externalId": "kim", "userName": "kim2", "active": False})
    assert (put.status_code, put.json()["userName"], put.json()["active"]) == (200, "kim2", False)
    assert put.json()["displayName"] == ""
    patched = speaker.patch(told["id"], {"op": "Replace", "path": "active", "value": "True"})
    assert patched.json()["active"] is True
    patched = speaker.patch(told["id"], {"op": "add", "value": {"displayName": "Kim", "title": "x"}})
    assert patched.json()["displayName"] == "Kim"
    assert speaker.ask("DELETE", where).status_code == 204
    assert [speaker.ask(method, where).status_code for method in ("GET", "DELETE")] == [404, 404]
    assert speaker.ask("GET", "/Users").json()["totalResults"] == 0
    assert speaker.tell("kim")["id"] == told["id"], "who comes back is the same row"


def test_lists_are_filtered_and_turned_page_by_page(speaker: Speaker) -> None:
    for number in range(5):
        speaker.tell(f"s{number}", active=number % 2 == 0)

    def found(query: str) -> list[str]:
        return [each["externalId"] for each in speaker.ask("GET", f"/Users?{query}").json()["Resources"]]

    assert found('filter=userName eq "S3@PROV.TEST"') == ["s3"]
    assert found('filter=externalId eq "s1"') == ["s1"]
    assert found('filter=externalId eq "S1"') == []
    assert found("filter=active eq false") == ["s1", "s3"]
    assert found("startIndex=2&count=2") == ["s1", "s2"]
    page = speaker.ask("GET", "/Users?startIndex=5&count=10").json()
    assert (page["totalResults"], page["itemsPerPage"], page["startIndex"]) == (5, 1, 5)
    for query in ("count=0", "startIndex=99"):
        page = speaker.ask("GET", f"/Users?{query}").json()
        assert (page["totalResults"], page["Resources"]) == (5, [])


def test_what_is_offered_is_told(speaker: Speaker) -> None:
    offered = speaker.ask("GET", "/ServiceProviderConfig").json()
    assert (offered["patch"]["supported"], offered["bulk"]["supported"]) == (True, False)
    assert [each["id"] for each in speaker.ask("GET", "/ResourceTypes").json()["Resources"]] == ["User"]
    kept = speaker.ask("GET", f"/Schemas/{schemas.USER}").json()["attributes"]
    assert [each["name"] for each in kept] == ["userName", "displayName", "active"]
    for path in ("/Schemas", "/ResourceTypes/User"):
        assert speaker.ask("GET", path).status_code == 200


@pytest.mark.parametrize("deed", ["patch", "put", "delete"])
def test_whoever_is_let_go_is_out_at_the_next_request_and_cannot_come_back(
    site: Site, issuer: HostileIssuer, speaker: Speaker, deed: str
) -> None:
    user = speaker.tell(SUBJECT)
    browser, _person = _worker(site, issuer)
    assert browser.who() is not None
    out = {"externalId": SUBJECT, "userName": "x", "active": False}
    acts: dict[str, Callable[[], requests.Response]] = {
        "patch": lambda: speaker.patch(user["id"], {"op": "replace", "value": {"active": False}}),
        "put": lambda: speaker.ask("PUT", f"/Users/{user['id']}", out),
        "delete": lambda: speaker.ask("DELETE", f"/Users/{user['id']}"),
    }
    assert acts[deed]().status_code in (200, 204)
    assert browser.who() is None
    again, answer = _enter(site, issuer)
    assert (answer.status_code, again.who()) == (400, None)
    assert "avslutat" in answer.text


def test_whoever_is_taken_back_has_the_places_the_administrators_gave(
    site: Site, issuer: HostileIssuer, speaker: Speaker
) -> None:
    user = speaker.tell(SUBJECT)
    _worker(site, issuer)
    speaker.patch(user["id"], {"op": "replace", "path": "active", "value": False})
    speaker.patch(user["id"], {"op": "replace", "path": "active", "value": True})
    browser, _answer = _enter(site, issuer)
    assert (browser.who() or {})["places"] == [["asviken", ["BOARD"]]]


def test_one_employer_speaks_of_its_own_places_only(
    site: Site, issuer: HostileIssuer, speaker: Speaker
) -> None:
    """A person with two employers at one issuer keeps the other's place when one lets them go."""
    user = speaker.tell(SUBJECT)
    _browser, person = _worker(site, issuer, ("KOMMUN", f"x-{issuer.id}"), ("REGION", "x-sjo"))
    speaker.ask("DELETE", f"/Users/{user['id']}")
    grants = site.identity.sessions._read_grants(person, 0.0)
    assert grants is not None
    assert [place.organisation_name for place in grants.memberships] == ["Region Sjölanda"]


def test_a_directory_gives_nobody_a_place(site: Site, issuer: HostileIssuer, speaker: Speaker) -> None:
    roles = {"roles": [{"value": "TENANT_ADMIN"}, {"value": "CASE_WORKER"}], "groups": [{"value": "x"}]}
    user = speaker.tell(SUBJECT, **roles)
    assert not {"roles", "groups"} & user.keys()
    speaker.patch(user["id"], {"op": "add", "path": "roles", "value": [{"value": "TENANT_ADMIN"}]})
    browser, _answer = _enter(site, issuer)
    assert (browser.who() or {})["places"] == []
    assert speaker.ask("POST", "/Groups", {"displayName": "TENANT_ADMIN"}).status_code == 404


def test_directories_see_nothing_of_each_other(site: Site, issuer: HostileIssuer, speaker: Speaker) -> None:
    user = speaker.tell(SUBJECT)
    other = Speaker(site, Directory(ground.organisation_id(site.config, "REGION", "x-sjo"), issuer.id))
    where = f"/Users/{user['id']}"
    assert other.ask("GET", where).status_code == 404
    assert other.ask("DELETE", where).status_code == 404
    assert other.patch(user["id"], {"op": "replace", "path": "active", "value": False}).status_code == 404
    assert other.ask("GET", "/Users").json()["totalResults"] == 0
    assert speaker.ask("GET", where).json()["active"] is True


def test_a_key_counts_until_it_is_revoked_or_past_its_day(
    site: Site, issuer: HostileIssuer, speaker: Speaker
) -> None:
    for key in ("", "x", speaker.key[:-1], speaker.key + "x", "Basic " + speaker.key):
        answer = speaker.ask("GET", "/Users", Authorization=f"Bearer {key}")
        assert (answer.status_code, answer.json()["schemas"]) == (401, [schemas.ERROR])
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    old = Speaker(site, Directory(issuer.organisation_id, issuer.id))
    with ground.connect(site.config) as conn:
        conn.execute(
            "UPDATE registry.directory_key SET expires_at = now() WHERE created_at = "
            "(SELECT max(created_at) FROM registry.directory_key)"
        )
        hashes = conn.execute("SELECT key_hash FROM registry.directory_key").fetchall()
    assert old.ask("GET", "/Users").status_code == 401
    assert speaker.ask("GET", "/Users").status_code == 200
    assert speaker.key not in str(hashes)
    engine = create_engine(site.config.url_for("migrator"))
    with engine.begin() as connection:
        assert revoke_keys(connection, issuer.organisation_id) >= 1
    engine.dispose()
    assert speaker.ask("GET", "/Users").status_code == 401


def _operations(*operations: Any) -> dict[str, Any]:
    return {"Operations": list(operations)}


BAD_USERS: dict[str, Any] = {
    "not JSON": "{",
    "a list": "[]",
    "a name twice": '{"externalId":"a","externalId":"b","userName":"c"}',
    "a name twice in other letters": '{"externalId":"a","EXTERNALID":"b","userName":"c"}',
    "nobody": {"userName": "a"},
    "no user name": {"externalId": "a"},
    "externalId a number": {"externalId": 1, "userName": "a"},
    "externalId empty": {"externalId": "", "userName": "a"},
    "externalId long": {"externalId": "a" * 256, "userName": "a"},
    "externalId with a zero": {"externalId": "a\0b", "userName": "a"},
    "userName a list": {"externalId": "a", "userName": ["a"]},
    "userName with a line": {"externalId": "a", "userName": "a\nb"},
    "name long": {"externalId": "a", "userName": "a", "displayName": "x" * 201},
    "active a word": {"externalId": "a", "userName": "a", "active": "yes"},
    "active a number": {"externalId": "a", "userName": "a", "active": 1},
}
BAD_PATCHES: dict[str, Any] = {
    "no operations": {},
    "none of them": _operations(),
    "too many": _operations(*[{"op": "add", "path": "title"}] * 101),
    "no object": _operations("replace"),
    "no op": _operations({"path": "active", "value": False}),
    "another op": _operations({"op": "move", "path": "active"}),
    "path a list": _operations({"op": "replace", "path": ["active"], "value": False}),
    "path to nothing": _operations({"op": "replace", "path": "isAdmin", "value": True}),
    "another person": _operations({"op": "replace", "path": "externalId", "value": "someone"}),
    "nothing to remove": _operations({"op": "remove"}),
    "active removed": _operations({"op": "remove", "path": "active"}),
    "value no object": _operations({"op": "replace", "value": "x"}),
    "active null": _operations({"op": "replace", "path": "active", "value": None}),
    "a good one, then a bad": _operations(
        {"op": "replace", "path": "active", "value": False},
        {"op": "replace", "path": "userName", "value": ""},
    ),
}


@pytest.mark.parametrize("body", BAD_USERS.values(), ids=BAD_USERS)
def test_what_cannot_be_read_is_refused(speaker: Speaker, body: Any) -> None:
    answer = speaker.ask("POST", "/Users", body)
    assert (answer.status_code, answer.json()["schemas"], answer.json()["status"]) == (
        400,
        [schemas.ERROR],
        "400",
    )
    assert answer.json()["detail"].endswith(".")
    assert speaker.ask("GET", "/Users").json()["totalResults"] == 0


def test_a_change_that_cannot_be_done_changes_nothing(speaker: Speaker) -> None:
    user = speaker.tell("lo")
    for name, body in BAD_PATCHES.items():
        answer = speaker.ask("PATCH", f"/Users/{user['id']}", body)
        assert (answer.status_code, answer.json()["schemas"]) == (400, [schemas.ERROR]), name
    moved = speaker.ask("PUT", f"/Users/{user['id']}", {"externalId": "another", "userName": "lo"})
    assert (moved.status_code, moved.json()["scimType"]) == (400, "mutability")
    assert speaker.ask("GET", f"/Users/{user['id']}").json() == user


def test_two_cannot_be_one(speaker: Speaker) -> None:
    first, second = speaker.tell("ett"), speaker.tell("tva")
    again = speaker.ask("POST", "/Users", {"externalId": "ett", "userName": "nytt"})
    assert (again.status_code, again.json()["scimType"]) == (409, "uniqueness")
    taken = {"op": "replace", "path": "userName", "value": first["userName"].upper()}
    assert speaker.patch(second["id"], taken).status_code == 409


@pytest.mark.parametrize(
    "filter_",
    [
        'userName sw "a"', 'userName eq "a" or active eq true', "userName eq a", 'active eq "true"', "x", 'a eq "b"',
        'userName eq "a', 'emails.value eq "a"', "userName eq 'a' --", 'userName eq "\\x"', "displayName eq true",
    ],
)  # fmt: skip
def test_filters_that_are_not_understood_are_refused(speaker: Speaker, filter_: str) -> None:
    answer = requests.Request("GET", "http://x/", params={"filter": filter_}).prepare().path_url
    told = speaker.ask("GET", "/Users" + answer.removeprefix("/"))
    assert (told.status_code, told.json()["scimType"]) == (400, "invalidFilter")


def test_other_requests_are_refused_in_words(speaker: Speaker) -> None:
    assert speaker.ask("POST", "/Users", "<a/>", **{"Content-Type": "text/xml"}).status_code == 415
    assert speaker.ask("POST", "/Users", {"x": "a" * 70_000}).status_code == 413
    assert speaker.ask("GET", "/Users?count=x").json()["scimType"] == "invalidValue"
    assert speaker.ask("GET", "/Users/not-an-id").status_code == 404
    assert speaker.ask("GET", f"/Users/{uuid4()}").status_code == 404


def test_the_operator_makes_and_revokes_keys(
    site: Site, issuer: HostileIssuer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fyrklang.cli.directory.load_config", lambda: site.config)
    run = CliRunner()
    made = run.invoke(command, ["key", "KOMMUN", f"x-{issuer.id}"])
    speaker = Speaker(site, Directory(issuer.organisation_id, issuer.id))
    speaker.key = made.output.strip()
    assert speaker.ask("GET", "/Users").status_code == 200
    assert "Återkallade nycklar" in run.invoke(command, ["revoke", "KOMMUN", f"x-{issuer.id}"]).output
    assert speaker.ask("GET", "/Users").status_code == 401
    assert run.invoke(command, ["key", "KOMMUN", "finns-inte"]).exit_code != 0
