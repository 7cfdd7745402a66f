"""The register that ships: complete, canonical, and true to what its page of sources says."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from fyrklang.tenancy.registry import Registry, load, uncanonical
from fyrklang.tenancy.registry.order import swedish_key
from fyrklang.tenancy.registry.records import AreaSpan, EarlierName, Succession
from fyrklang.tenancy.registry.write import association_text, content_hash, write_folder


def test_every_forbund_kommun_and_region_is_there(shipped: Registry) -> None:
    status = Counter(item.status for item in shipped.associations.values())
    assert status == {"active": 74, "merged": 24, "renamed": 9, "dissolved": 2}
    assert len(shipped.kommuner) == 290
    assert len(shipped.regions) == 21
    # Statistiska centralbyrån's figure for the country on 31 December 2024.
    assert sum(kommun.population for kommun in shipped.kommuner.values()) == 10_587_710


def test_each_kommun_is_in_at_most_one_working_forbund(shipped: Registry) -> None:
    held = Counter(
        span.kommun
        for item in shipped.associations.values()
        if item.status == "active"
        for span in item.area
        if span.valid_to is None
    )
    assert len(held) == 276
    assert set(held.values()) == {1}
    unplaced = [kommun.name for code, kommun in shipped.kommuner.items() if code not in held]
    assert sorted(unplaced, key=swedish_key) == [
        "Arjeplog", "Arvidsjaur", "Bjuv", "Båstad", "Ekerö", "Gällivare", "Höganäs",
        "Jokkmokk", "Kiruna", "Lidingö", "Nykvarn", "Skurup", "Solna", "Ydre",
    ]  # fmt: skip


def test_organisation_numbers_are_only_those_printed(shipped: Registry) -> None:
    numbers = {slug: item.orgnr for slug, item in shipped.associations.items() if item.orgnr}
    assert numbers == {
        "blekinge-lan": "222000-2451",
        "umearegionen": "222000-1834",
        "vasterdalarna": "222000-2568",
    }


def test_every_gone_forbund_leads_to_a_working_one(shipped: Registry) -> None:
    for item in shipped.associations.values():
        if item.status != "active":
            assert item.successions
            assert all(shipped.associations[step.to].status == "active" for step in item.successions)


def test_gothenburgs_four_became_one_without_a_day_between(shipped: Registry) -> None:
    four = [
        item
        for item in shipped.associations.values()
        if item.successions == (Succession("merged_into", "goteborg", 2019),)
    ]
    assert len(four) == 4
    assert {item.area for item in four} == {(AreaSpan("1480", None, date(2019, 6, 30)),)}
    assert shipped.associations["goteborg"].area == (AreaSpan("1480", date(2019, 7, 1)),)


def test_files_are_written_the_one_way(shipped: Registry, folder: Path) -> None:
    assert uncanonical(shipped, folder) == []


def test_no_note_names_a_scheme_or_is_english(shipped: Registry) -> None:
    notes = [item.note for item in shipped.associations.values() if item.note]
    assert len(notes) > 70
    assert all(note.endswith(".") and "://" not in note for note in notes)
    assert not [note for note in notes if {"the", "and", "not"} & set(note.lower().split())]


@pytest.mark.parametrize("kind", ["forbund", "kommun", "region"])
def test_schemas_are_schemas_and_explain_every_field(folder: Path, kind: str) -> None:
    schema = json.loads((folder / "schema" / f"{kind}.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    assert all("description" in field for field in schema["properties"].values())


def test_order_in_a_file_carries_no_meaning(shipped: Registry, tmp_path: Path) -> None:
    write_folder(shipped, tmp_path)
    path = tmp_path / "forbund" / "sodra-vanern.toml"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    area = [index for index, line in enumerate(lines) if "kommun =" in line]
    lines[area[0]], lines[area[-1]] = lines[area[-1]], lines[area[0]]
    path.write_text("# En egen kommentar\n" + "".join(lines), "utf-8")
    turned = load(tmp_path)
    assert turned == shipped
    assert content_hash(turned) == content_hash(shipped)
    assert [fault.file for fault in uncanonical(turned, tmp_path)] == ["forbund/sodra-vanern.toml"]


_lines = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=60).filter(
    lambda text: text == text.strip()
)


_texts = st.fixed_dictionaries(
    {
        "name": _lines,
        "short_name": _lines,
        "note": st.none() | _lines,
        "founded": st.none() | st.integers(1993, 2100),
        "earlier_names": _lines.map(lambda text: (EarlierName(f"Förr {text}"),)),
    }
)


@settings(max_examples=40, deadline=None)
@given(texts=_texts)
def test_any_text_survives_the_way_through_a_file(
    shipped: Registry, tmp_path_factory: pytest.TempPathFactory, texts: dict[str, object]
) -> None:
    blank = shipped.associations["lund"]
    made = replace(blank, slug="prov", area=(AreaSpan("1281", date(2100, 1, 1)),), **texts)
    folder = tmp_path_factory.mktemp("prov")
    write_folder(replace(shipped, associations={"prov": made}), folder)
    assert load(folder).associations["prov"] == made
    assert association_text(made, shipped.kommuner) == (folder / "forbund/prov.toml").read_text("utf-8")
