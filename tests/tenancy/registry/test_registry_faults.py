"""Every way to write the register wrong is told at its file and field, in Swedish, and all at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fyrklang.tenancy.registry import Fault, Registry, RegistryError, load
from fyrklang.tenancy.registry.write import write_folder

LUND = "forbund/lund.toml"
TLG = "forbund/trollhattan-lilla-edet-grastorp.toml"


@pytest.fixture
def work(shipped: Registry, tmp_path: Path) -> Path:
    write_folder(shipped, tmp_path)
    return tmp_path


def faults(folder: Path) -> list[Fault]:
    with pytest.raises(RegistryError) as caught:
        load(folder)
    return list(caught.value.faults)


def swap(file: str, old: str, new: str) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        path = folder / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    return edit


ONE_FAULT = {
    "unknown kommun": (
        swap(LUND, 'kommun = "1281"', 'kommun = "1299"'),
        Fault(LUND, "area, post 1, kommun", "Kommunen 1299 finns inte i registers/kommuner.csv."),
    ),
    "kommun in two working förbund": (
        swap(LUND, '{ kommun = "1281" }', '{ kommun = "1281" }, { kommun = "1280" }'),
        Fault("forbund/malmo.toml", "area", "Malmö (1280) hör samtidigt till förbundet lund."),
    ),
    "kommun twice": (
        swap(
            LUND, '{ kommun = "1281" }', '{ kommun = "1281" }, { kommun = "1281", valid_from = 2020-01-01 }'
        ),
        Fault(LUND, "area", "Kommunen 1281 står två gånger för samma tid."),
    ),
    "wrong region": (
        swap(LUND, 'regions = ["12"]', 'regions = ["13"]'),
        Fault(LUND, "regions", "Regionerna ska vara de som kommunerna ligger i, alltså 12."),
    ),
    "unknown successor": (
        swap(TLG, 'to = "sodra-vanern"', 'to = "norra-vanern"'),
        Fault(TLG, "successions, post 1, to", "Det finns inget förbund med kortnamnet norra-vanern."),
    ),
    "succession to itself": (
        swap(TLG, 'to = "sodra-vanern"', 'to = "trollhattan-lilla-edet-grastorp"'),
        Fault(TLG, "successions", "Övertagandena går i en ring."),
    ),
    "successor younger than the succession": (
        swap(TLG, "2022 },", "2020 },"),
        Fault(TLG, "successions, post 1, year", "Samordningsförbundet Södra Vänern bildades först 2022."),
    ),
    "merged into nothing": (
        swap(
            TLG, 'successions = [\n    { kind = "merged_into", to = "sodra-vanern", year = 2022 },\n]\n', ""
        ),
        Fault(TLG, "successions", "Det måste stå vilket förbund som tog över."),
    ),
    "kind does not suit status": (
        swap(TLG, 'kind = "merged_into"', 'kind = "renamed"'),
        Fault(TLG, "successions, post 1, kind", "renamed passar inte ihop med status merged."),
    ),
    "working with an end": (
        swap(LUND, 'status = "active"', 'status = "active"\nended = 2020'),
        Fault(LUND, "ended", "Ett verksamt förbund kan inte ha ett slutår."),
    ),
    "ended before it began": (
        swap(TLG, "ended = 2022", "founded = 2023\nended = 2022"),
        Fault(TLG, "ended", "Slutåret 2022 ligger före bildandet 2023."),
    ),
    "years that disagree": (
        swap(TLG, "year = 2022", "year = 2021"),
        Fault(TLG, "successions, post 1, year", "Året 2021 är inte detsamma som slutåret 2022."),
    ),
    "days in the wrong order": (
        swap(
            LUND, '{ kommun = "1281" }', '{ kommun = "1281", valid_from = 2020-01-02, valid_to = 2020-01-01 }'
        ),
        Fault(LUND, "area, post 1, valid_to", "Sista dagen ligger före den första."),
    ),
    "day before the founding": (
        swap("forbund/halland.toml", '{ kommun = "1315" }', '{ kommun = "1315", valid_from = 2009-12-31 }'),
        Fault(
            "forbund/halland.toml",
            "area, post 1, valid_from",
            "Dagen ligger före året då förbundet bildades.",
        ),
    ),
    "wrong check digit": (
        swap("forbund/blekinge-lan.toml", "222000-2451", "222000-2452"),
        Fault(
            "forbund/blekinge-lan.toml",
            "orgnr",
            "Organisationsnumret 222000-2452 stämmer inte med sin kontrollsiffra.",
        ),
    ),
    "personal number": (
        swap("forbund/blekinge-lan.toml", "222000-2451", "811218-9876"),
        Fault(
            "forbund/blekinge-lan.toml", "orgnr", "Det här är ett personnummer, inte ett organisationsnummer."
        ),
    ),
    "number of another": (
        swap("forbund/blekinge-lan.toml", "222000-2451", "222000-1834"),
        Fault(
            "forbund/umearegionen.toml",
            "orgnr",
            "Organisationsnumret används också av förbundet blekinge-lan.",
        ),
    ),
    "slug of another": (
        swap(LUND, 'slug = "lund"', 'slug = "malmo"'),
        Fault(
            LUND,
            "slug",
            "Kortnamnet malmo är inte detsamma som filens namn. Det används redan av forbund/malmo.toml.",
        ),
    ),
    "field left out": (
        swap(LUND, 'short_name = "Lund"\n', ""),
        Fault(LUND, "short_name", "Uppgiften saknas. Det namn som används i listor, på en rad."),
    ),
    "field misspelt": (
        swap(LUND, "confidence =", "konfidens = 1\nconfidence ="),
        Fault(LUND, "konfidens", "Uppgiften känns inte igen. Är den felstavad?"),
    ),
    "field misspelt in a list": (
        swap(LUND, '{ kommun = "1281" }', '{ kommun = "1281", from = 2020-01-01 }'),
        Fault(LUND, "area, post 1, from", "Uppgiften känns inte igen. Är den felstavad?"),
    ),
    "number for text": (
        swap(LUND, 'name = "Lunds samordningsförbund"', "name = 7"),
        Fault(
            LUND,
            "name",
            "Här ska det stå text inom citattecken. Förbundets namn på en rad, högst 200 tecken.",
        ),
    ),
    "no such day": (
        swap(LUND, '{ kommun = "1281" }', '{ kommun = "1281", valid_from = "2020-02-30" }'),
        Fault(
            LUND,
            "area, post 1, valid_from",
            'Värdet "2020-02-30" går inte att använda. '
            "Första dagen, till exempel 2017-01-01. Utelämnas när den inte är känd.",
        ),
    ),
    "day as text": (
        swap(LUND, '{ kommun = "1281" }', '{ kommun = "1281", valid_from = "2020-02-28" }'),
        Fault(LUND, "area, post 1, valid_from", "Skriv datumet utan citattecken, till exempel 2017-01-01."),
    ),
    "scheme in the address": (
        swap("forbund/malmo.toml", '"finsamimalmo.se"', '"https://finsamimalmo.se"'),
        Fault(
            "forbund/malmo.toml",
            "website",
            'Värdet "https://finsamimalmo.se" går inte att använda. '
            "Webbadress utan https://, till exempel finsam.se/halland.",
        ),
    ),
    "broken TOML": (
        swap(LUND, 'name = "Lunds', "name = Lunds"),
        Fault(LUND, "rad 3, tecken 8", "Filen följer inte skrivsättet för TOML. Saknas ett citattecken?"),
    ),
    "kommun in a region that is not": (
        swap("registers/kommuner.csv", "1281,Lund,Lunds kommun,12", "1281,Lund,Lunds kommun,99"),
        Fault("registers/kommuner.csv", "1281 Lund, region_code", "Regionen 99 finns inte i registret."),
    ),
    "kommun code twice": (
        swap("registers/kommuner.csv", "1281,Lund,Lunds", "1280,Lund,Lunds"),
        Fault("registers/kommuner.csv", "rad 119, code", "Koden 1280 står redan på rad 118."),
    ),
    "population with a space": (
        swap(
            "registers/kommuner.csv",
            "0114,Upplands Väsby,Upplands Väsby kommun,01,50323",
            "0114,A,B,01,50 323",
        ),
        Fault(
            "registers/kommuner.csv",
            "rad 2, population",
            'Värdet "50 323" går inte att använda. Antal invånare, ett heltal utan mellanslag.',
        ),
    ),
    "a field too few": (
        swap("registers/regioner.csv", "01,Region Stockholm,Stockholms län", "01,Region Stockholm"),
        Fault("registers/regioner.csv", "rad 2", "Raden har inte lika många fält som rubrikraden."),
    ),
    "semicolons": (
        swap("registers/regioner.csv", "code,name,county", "code;name;county"),
        Fault("registers/regioner.csv", "rad 1", "Första raden ska vara: code,name,county"),
    ),
}


@pytest.mark.parametrize("case", ONE_FAULT)
def test_each_fault_is_told_where_it_is(work: Path, case: str) -> None:
    edit, expected = ONE_FAULT[case]
    edit(work)
    found = faults(work)
    assert found
    assert all(fault.text.endswith((".", "?", "county")) and fault.file for fault in found)
    assert expected in found


def test_all_faults_come_at_once(work: Path) -> None:
    swap(LUND, 'status = "active"', 'status = "verksam"')(work)
    swap("forbund/malmo.toml", 'confidence = "high"', "")(work)
    (work / "registers" / "regioner.csv").unlink()
    assert [(fault.file, fault.field) for fault in faults(work)] == [
        (LUND, "status"),
        ("forbund/malmo.toml", "confidence"),
        ("registers/regioner.csv", ""),
    ]


def test_a_file_in_another_encoding_is_named(work: Path) -> None:
    (work / LUND).write_bytes((work / LUND).read_text("utf-8").encode("windows-1252"))
    assert Fault(LUND, "", "Filen är inte sparad i teckenkodningen UTF-8.") in faults(work)


def test_a_reserved_slug_is_refused(work: Path) -> None:
    text = (work / LUND).read_text("utf-8").replace('"lund"', '"plattformen"').replace("1281", "1260")
    (work / "forbund" / "plattformen.toml").write_text(text, "utf-8")
    assert [fault.field for fault in faults(work)] == ["slug"]


def test_an_empty_folder_says_what_is_missing(tmp_path: Path) -> None:
    assert {fault.text for fault in faults(tmp_path)} == {"Filen saknas."}


def test_a_byte_order_mark_from_excel_does_no_harm(work: Path, shipped: Registry) -> None:
    path = work / "registers" / "kommuner.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load(work) == shipped
