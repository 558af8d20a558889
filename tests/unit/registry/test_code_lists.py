"""Code lists: complete where the standard is known, spoken in both languages, and the one place that says what a code may be."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.registry.codes.lists import CODE_LISTS
from services.registry.imports import codes, livelihood, words
from services.registry.persons.schemas import FactsBody
from shared.contracts.registry import PersonState
from shared.validation import Wrong

COUNTS = {
    "sex": 4,
    "marital": 8,
    "ethnic": 58,
    "political": 13,
    "relation": 84,
    "work-status": 13,
    "disability-kind": 7,
    "disability-grade": 4,
    "labour-class": 5,
    "residence-document": 3,
    "monitored": 3,
    "move-batch": 5,
}


@pytest.mark.parametrize(("name", "count"), COUNTS.items())
def test_a_list_has_all_its_codes(name: str, count: int) -> None:
    assert len(CODE_LISTS[name].labels) == count


@pytest.mark.parametrize(
    ("name", "code", "zh", "en"),
    [
        ("ethnic", "01", "汉族", "Han"),
        ("ethnic", "09", "布依族", "Buyei"),
        ("ethnic", "25", "水族", "Sui"),
        ("ethnic", "37", "仡佬族", "Gelao"),
        ("ethnic", "56", "基诺族", "Jino"),
        ("ethnic", "58", "外国血统中国籍人士", "citizen of foreign descent"),
        ("relation", "02", "户主", "head"),
        ("relation", "38", "儿媳", "daughter-in-law"),
        ("relation", "55", "岳父", "wife's father"),
        ("relation", "99", "非亲属", "not related"),
        ("marital", "23", "复婚", "married again to the same person"),
        ("health", "60", "残疾", "disabled"),
        ("political", "02", "中国共产党预备党员", "probationary member of the Communist Party"),
        ("monitored", "marginal", "边缘易致贫户", "other rural household below the watch line and at risk"),
    ],
)
def test_labels(name: str, code: str, zh: str, en: str) -> None:
    label = CODE_LISTS[name].labels[code]
    assert (label.of("zh"), label.of("en")) == (zh, en)


@pytest.mark.parametrize("name", CODE_LISTS)
def test_every_code_is_spoken_in_both_languages_once(name: str) -> None:
    found = CODE_LISTS[name]
    for language in ("zh", "en"):
        labels = [label.of(language) for label in found.labels.values()]
        assert all(labels)
        assert len(set(labels)) == len(labels)
    assert all(label.zh.isprintable() and not label.zh.isascii() for label in found.labels.values())
    assert found.source
    assert bool(found.standard) is bool(found.edition)


def test_another_content_has_another_version() -> None:
    assert len({found.version for found in CODE_LISTS.values()}) == len(CODE_LISTS)


@given(name=st.sampled_from(sorted(CODE_LISTS)), text=st.text(max_size=12))
def test_only_a_code_of_the_list_is_taken_and_the_refusal_names_the_list(name: str, text: str) -> None:
    found = CODE_LISTS[name]
    assert all(found.checked(code) == code for code in found.labels)
    if text not in found.codes:
        with pytest.raises(Wrong) as caught:
            found.checked(text)
        assert caught.value.code == f"{name}-unknown"
        assert f"/v1/registry/code-lists/{name}" in caught.value.en
        assert f"/v1/registry/code-lists/{name}" in caught.value.zh


def test_the_openapi_page_shows_the_codes() -> None:
    shown = str(FactsBody.model_json_schema())
    for name in (
        "ethnic",
        "education",
        "political",
        "marital",
        "health",
        "disability-kind",
        "enrolment",
        "labour-class",
    ):
        assert f"'x-code-list': '{name}'" in shown


def test_a_body_tells_at_which_field_the_code_is_wrong() -> None:
    with pytest.raises(ValidationError) as caught:
        FactsBody.model_validate({"profile": {"ethnic": "59"}})
    assert caught.value.errors()[0]["loc"] == ("profile", "ethnic")


@pytest.mark.parametrize(
    ("field", "name"), [("labour_class", "labour-class"), ("residence_document", "residence-document")]
)
def test_what_events_say_is_of_the_list(field: str, name: str) -> None:
    said = {code for part in get_args(PersonState.model_fields[field].annotation) for code in get_args(part)}
    assert said == CODE_LISTS[name].codes


@pytest.mark.parametrize(
    ("words_of", "name"),
    [
        (codes.RELATION, "relation"),
        (codes.ETHNIC, "ethnic"),
        (codes.EDUCATION, "education"),
        (codes.POLITICAL, "political"),
        (codes.MARITAL, "marital"),
        (livelihood.LABOUR, "labour-class"),
        (codes.HEALTH, "health"),
        (codes.DISABILITY_KIND, "disability-kind"),
        (codes.DISABILITY_GRADE, "disability-grade"),
        (words.SEX, "sex"),
        (words.RESIDENCE_DOCUMENT, "residence-document"),
    ],
)
def test_a_roster_can_only_say_codes_of_the_list(words_of: words.Words[str], name: str) -> None:
    assert {*words_of.meanings.values(), *words_of.codes.values()} <= CODE_LISTS[name].codes
    assert words_of.wrong[0] == f"{name}-unknown"
