"""From finding an insats like one's own to a draft at home, and what its owner sees of it."""

from __future__ import annotations

import re

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from fyrklang.access.permissions import Role
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.national.catalogue.cards import apply_real, card_id, lay_in
from tests.national.catalogue.conftest import CARDS
from tests.national.nation import Nation, connect
from tests.people import sign_in

ASVIKEN = card_id("supported-employment-asviken")
PAGE = f"/nationellt/kunskap/{ASVIKEN}"


@pytest.fixture(scope="module")
def owner(library: Nation, nation_app: Flask) -> FlaskClient:
    return sign_in(nation_app, (library.forbund["asviken"], Role.DIRECTOR))


@pytest.fixture(scope="module")
def director(library: Nation, nation_app: Flask) -> FlaskClient:
    return sign_in(nation_app, (library.forbund["norrlunda"], Role.DIRECTOR))


def plain(text: str) -> str:
    """With plain spaces where numbers hold theirs together."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("&nbsp;", " ")


def test_found_read_asked_and_adopted_and_the_owner_sees_it(
    owner: FlaskClient, director: FlaskClient
) -> None:
    found = director.get("/nationellt/kunskap?q=suported+employment").text
    assert found.index("Jobbspåret") < found.index("</main>")
    shown = plain(director.get(PAGE).text)
    assert "50 %" in shown
    assert "60 av 120" in shown
    assert "Utgåva 2026-1, helår 2025" in shown
    assert "Påhittad" in shown
    assert "Jobbspåret Granstranden" in shown
    assert "Eget jobb" in shown
    form = director.get(f"/f/norrlunda/kunskap/fraga?kort={ASVIKEN}")
    assert form.status_code == 200
    words = {"card_id": str(ASVIKEN), "text": "Hur hittade ni arbetsgivarna?"}
    assert director.post("/f/norrlunda/kunskap/fraga", data=words).status_code == 303
    assert "Hur hittade ni arbetsgivarna?" in director.get("/f/norrlunda/kunskap").text
    assert "undrar något om insatsen" in owner.get("/f/asviken/").text
    waiting = owner.get("/f/asviken/kunskap").text
    question = re.search(r'name="question_id" value="([0-9a-f-]+)"', waiting)
    assert question is not None
    reply = {"question_id": question[1], "answer": "Genom handelskammaren."}
    assert owner.post("/f/asviken/kunskap/svara", data=reply).status_code == 303
    assert "Genom handelskammaren." in director.get(PAGE).text
    adopted = director.post(
        "/f/norrlunda/kunskap/anpassa",
        data={
            "card_id": str(ASVIKEN),
            "name": "Jobb i Norrlunda",
            "changed": "Färre platser.",
            "goal_percent": "35,5",
        },
    )
    assert adopted.status_code == 303
    draft = director.get(adopted.location).text
    assert "Jobb i Norrlunda" in draft
    assert "Jobb i Norrlunda" in director.get("/f/norrlunda/insatser?status=IDEA").text
    assert "Anpassad från Jobbspåret" in draft
    seen = owner.get("/f/asviken/kunskap").text
    assert "har anpassat Jobbspåret och kallar den Jobb i Norrlunda" in seen
    assert "Färre platser." in seen
    tree = plain(director.get(PAGE).text).split('id="slakttrad"')[1].split("</section>")[0]
    assert "Jobb i Norrlunda" in tree
    assert tree.count("60 av 120") >= 4


def test_the_goal_came_along(library: Nation, director: FlaskClient) -> None:
    made = {"card_id": str(ASVIKEN), "name": "Med mål", "changed": "Inget.", "goal_percent": 12.5}
    answer = director.post("/api/v1/f/norrlunda/catalogue/adoptions", json=made)
    assert answer.status_code == 201
    with connect(library.config) as conn:
        query = "SELECT target_permille FROM office.intervention_goal WHERE intervention_id = %s"
        assert conn.execute(query, (answer.json["intervention_id"],)).fetchall() == [(125,)]


def test_a_taken_name_keeps_what_was_written_and_leaves_nothing(
    library: Nation, director: FlaskClient
) -> None:
    form = {"card_id": str(ASVIKEN), "name": "Två gånger", "changed": "Samma text kvar."}
    assert director.post("/f/norrlunda/kunskap/anpassa", data=form).status_code == 303
    again = director.post("/f/norrlunda/kunskap/anpassa", data=form)
    assert again.status_code == 422
    assert "Samma text kvar." in again.text
    with connect(library.config) as conn:
        query = "SELECT count(*) FROM national.adoption WHERE name = 'Två gånger'"
        assert conn.execute(query).fetchone() == (1,)


def test_only_the_owner_answers_and_nobody_adopts_their_own(
    library: Nation, owner: FlaskClient, director: FlaskClient
) -> None:
    asked = {"card_id": str(ASVIKEN), "text": "Vem svarar?"}
    assert director.post("/api/v1/f/norrlunda/catalogue/questions", json=asked).status_code == 204
    with connect(library.config) as conn:
        found = conn.execute("SELECT id FROM national.question WHERE text = 'Vem svarar?'").fetchone()
    reply = {"question_id": str(found[0]), "answer": "Jag!"}
    assert director.post("/api/v1/f/norrlunda/catalogue/answers", json=reply).status_code == 404
    mine = {"card_id": str(ASVIKEN), "name": "Igen", "changed": "Allt."}
    refused = owner.post("/f/asviken/kunskap/anpassa", data=mine)
    assert refused.status_code == 422
    assert "Insatsen är er egen" in refused.text


def test_without_a_card_there_is_a_sentence(director: FlaskClient) -> None:
    for name in ("fraga", "anpassa"):
        for answer in (
            director.get(f"/f/norrlunda/kunskap/{name}"),
            director.post(f"/f/norrlunda/kunskap/{name}"),
        ):
            assert answer.status_code == 422
            assert "Välj en insats i kunskapsbanken." in answer.text


def test_followed_until_no_longer(director: FlaskClient) -> None:
    wanted = {"card_id": str(ASVIKEN), "wanted": "1"}
    assert director.post("/f/norrlunda/kunskap/folj", data=wanted).status_code == 303
    assert "Sluta följa" in director.get("/f/norrlunda/kunskap").text
    assert director.post("/f/norrlunda/kunskap/folj", data={"card_id": str(ASVIKEN)}).status_code == 303
    assert "Ni följer inget kort" in director.get("/f/norrlunda/kunskap").text


def test_the_board_reads_and_may_not_adopt(library: Nation, nation_app: Flask) -> None:
    board = sign_in(nation_app, (library.forbund["norrlunda"], Role.BOARD))
    assert "Anpassa hos oss" not in board.get(PAGE).text
    assert board.get(f"/f/norrlunda/kunskap/anpassa?kort={ASVIKEN}").status_code == 403
    assert board.get("/f/norrlunda/kunskap").status_code == 200


def test_no_role_writes_a_card_past_the_functions(library: Nation, nation_config: Config) -> None:
    for role in ("app", "worker", "council"):
        with psycopg.connect(nation_config.url_for(role).replace("+psycopg", "")) as conn:
            for table in ("card", "question", "adoption", "follow"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege), conn.transaction():
                    conn.execute(f"DELETE FROM national.{table}")
    with psycopg.connect(nation_config.url_for("app").replace("+psycopg", "")) as conn:
        for call in (f"follow_card('{ASVIKEN}', true)", "own_exchange()"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), conn.transaction():
                conn.execute(f"SELECT national.{call}")


def test_json_tells_the_same(director: FlaskClient) -> None:
    found = director.get("/api/v1/national/catalogue/cards?q=växthus").json["items"]
    assert found[0]["name"] == "Gröna steget"
    assert found[0]["owner"] == "norrlunda"
    card = director.get(f"/api/v1/national/catalogue/cards/{ASVIKEN}").json
    assert card["content"]["results"] == ["M1"]
    assert "numerator" not in str(card)
    assert director.get("/api/v1/national/catalogue/cards?format=OKÄND").status_code == 422


def test_real_cards_carry_sources_and_no_assessment(
    library: Nation, nation_config: Config, nation_database: Database, director: FlaskClient
) -> None:
    with connect(nation_config) as conn:
        conn.execute(
            "INSERT INTO registry.tenant (id, slug, name, short_name) SELECT gen_random_uuid(), s, s, s "
            "FROM unnest(ARRAY['halland', 'goteborg', 'rar-sormland', 'sodra-vatterbygden']) s "
            "ON CONFLICT DO NOTHING"
        )
        conn.commit()
    assert apply_real(nation_config) == 4
    page = director.get(f"/nationellt/kunskap/{card_id('individsamverkansteamet')}").text
    assert "Under 2017 gjorde hälften av deltagarna det." in page
    assert page.count("Inte bedömd") == 5
    assert "Källa: Försäkringskassan" in page
    assert lay_in(nation_database, [], synthetic=False) == 0
    assert CARDS.exists()
