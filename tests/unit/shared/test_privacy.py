"""Encryption per person, masking (domain notes 8.2) and scrubbing of logs; all numbers synthetic."""

from __future__ import annotations

import base64
import hmac
import json
import os
import re
import uuid
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from shared import privacy, scrubbing
from shared.privacy import BadKeys, DataKey, KeyRing, Unreadable

RING = KeyRing(privacy.generate_keys())
KEY = RING.new_key().key
PERSON = "0198c0de-0000-7000-8000-000000000001"
OTHER = "0198c0de-0000-7000-8000-000000000002"
PHONE_OF = privacy.field_context(PERSON, "phone")
ID_NUMBER = "522799190001010038"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_decrypts_what_it_encrypted(text: str) -> None:
    sealed = KEY.encrypt(text, PHONE_OF)
    assert KEY.decrypt(sealed, PHONE_OF) == text
    assert len(sealed) == len(text.encode()) + 29
    assert sealed != KEY.encrypt(text, PHONE_OF)


@pytest.mark.parametrize(
    "context", [privacy.field_context(OTHER, "phone"), privacy.field_context(PERSON, "account"), ""]
)
def test_a_ciphertext_cannot_be_read_in_another_row_or_field(context: str) -> None:
    with pytest.raises(Unreadable) as refused:
        KEY.decrypt(KEY.encrypt("13812345678", PHONE_OF), context)
    assert refused.value.code == "ciphertext-unreadable"


@given(st.data())
def test_a_changed_or_cut_ciphertext_cannot_be_read(data: st.DataObject) -> None:
    sealed = KEY.encrypt("13812345678", PHONE_OF)
    place = data.draw(st.integers(0, len(sealed) - 1))
    change = data.draw(st.integers(1, 255))
    for broken in (sealed[:place] + bytes([sealed[place] ^ change]) + sealed[place + 1 :], sealed[:place]):
        with pytest.raises(Unreadable):
            KEY.decrypt(broken, PHONE_OF)


def test_another_persons_key_reads_nothing() -> None:
    with pytest.raises(Unreadable):
        RING.new_key().key.decrypt(KEY.encrypt("x", PHONE_OF), PHONE_OF)


def test_the_context_is_the_same_for_both_forms_of_an_id() -> None:
    assert privacy.field_context(uuid.UUID(PERSON), "phone") == privacy.field_context(PERSON.upper(), "phone")


def test_a_wrapped_key_opens_again_in_another_process() -> None:
    document = privacy.generate_keys()
    made = KeyRing(document).new_key()
    again = KeyRing(json.loads(json.dumps(document))).unwrap(made.wrapped, made.key_id)
    assert again.decrypt(made.key.encrypt("李小花", PHONE_OF), PHONE_OF) == "李小花"


def test_rotation_rewraps_the_key_and_leaves_the_ciphertext() -> None:
    old = privacy.generate_keys("k1")
    new = privacy.generate_keys("k2")
    both = {"current": "k2", "master": old["master"] | new["master"], "lookup": old["lookup"]}
    made = KeyRing(old).new_key()
    sealed = made.key.encrypt("13812345678", PHONE_OF)
    wrapped, key_id = KeyRing(both).rewrap(made.wrapped, made.key_id)
    without_old = KeyRing(both | {"master": new["master"]})
    assert key_id == "k2"
    assert without_old.unwrap(wrapped, key_id).decrypt(sealed, PHONE_OF) == "13812345678"
    with pytest.raises(BadKeys, match="'k1'"):
        without_old.unwrap(made.wrapped, made.key_id)


def test_a_wrapped_key_is_bound_to_its_master_key() -> None:
    made = RING.new_key()
    twin = privacy.generate_keys()
    with pytest.raises(Unreadable):
        KeyRing(twin).unwrap(made.wrapped, "k1")
    with pytest.raises(Unreadable):
        RING.unwrap(made.wrapped[:-1], "k1")


def test_lookup_hash_is_stable_and_apart_by_kind_and_key() -> None:
    first = RING.lookup_hash("id-number", ID_NUMBER)
    assert first == RING.lookup_hash("id-number", ID_NUMBER)
    assert len(first) == 32
    others = {
        RING.lookup_hash("phone", ID_NUMBER),
        RING.lookup_hash("id-number", ID_NUMBER[:-1]),
        RING.lookup_hash("id-number" + ID_NUMBER[0], ID_NUMBER[1:]),
        KeyRing(privacy.generate_keys()).lookup_hash("id-number", ID_NUMBER),
    }
    assert first not in others
    assert len(others) == 4
    with pytest.raises(ValueError, match="NUL"):
        RING.lookup_hash("a\0b", "c")


def test_lookup_hash_is_plain_hmac_sha256() -> None:
    ring = KeyRing(privacy.generate_keys() | {"lookup": base64.b64encode(bytes(32)).decode()})
    assert ring.lookup_hash("phone", "1") == hmac.digest(bytes(32), b"phone\x001", "sha256")


@pytest.mark.parametrize(
    "change",
    [
        {"current": "k9"},
        {"master": None},
        {"master": {"k1": "short"}},
        {"master": {"k1": base64.b64encode(bytes(16)).decode()}},
        {"master": {"k1": "钥" * 44}},
        {"master": {"k1": 7}},
        {"lookup": ""},
        {"lookup": None},
    ],
)
def test_refuses_malformed_keys_without_showing_them(change: dict[str, Any]) -> None:
    document = privacy.generate_keys()
    with pytest.raises(BadKeys) as refused:
        KeyRing(document | change)
    assert refused.value.code == "keys-malformed"
    assert document["lookup"] not in str(refused.value)


def test_loads_a_key_file_and_refuses_what_is_none(tmp_path: Path) -> None:
    good, bad = tmp_path / "keys.json", tmp_path / "bad.json"
    good.write_text(json.dumps(privacy.generate_keys()))
    bad.write_text("{")
    assert KeyRing.load(good).current == "k1"
    with pytest.raises(BadKeys, match="not JSON"):
        KeyRing.load(bad)
    with pytest.raises(BadKeys):
        KeyRing({})


def test_no_representation_shows_a_key() -> None:
    raw = os.urandom(32)
    document = privacy.generate_keys()
    shown = repr(DataKey(raw)) + repr(KeyRing(document)) + str(RING.new_key().key)
    assert repr(raw) not in shown
    assert raw.hex() not in shown
    assert document["lookup"] not in shown


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("李小花", "李*花"),
        ("李花", "李*"),
        ("李", "*"),
        ("", ""),
        ("欧阳小花", "欧**花"),
        ("阿依古丽·买买提", "阿***·**提"),
        ("吾买·江", "吾*·江"),
        ("阿·江", "阿·*"),
        ("𠮷野家", "𠮷*家"),
    ],
)
def test_masks_names(name: str, masked: str) -> None:
    assert privacy.mask_name(name) == masked


def test_masks_the_other_fields_as_the_profile_says() -> None:
    assert privacy.mask_id_number("522731190001010020") == "5227**********0020"
    assert privacy.mask_id_number("12345678") == "********"
    assert privacy.mask_phone("13800005678") == "138****5678"
    assert privacy.mask_phone("0854-6221234") == "0854-****234"
    assert privacy.mask_phone("010-62212345") == "010-*****345"
    assert privacy.mask_phone("12345") == "*****"
    assert privacy.mask_account("6217000012345678901") == "****8901"
    assert privacy.mask_account("1234567") == "****"
    assert privacy.mask_birth(date(1985, 3, 2)) == "1985"


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("贵州省惠水县明田街道新民社区3栋2单元501室", "贵州省惠水县明田街道新民社区3栋"),
        ("新民社区A区12号楼1单元", "新民社区A区12号楼"),
        ("新民社区三幢四楼", "新民社区三幢"),
        ("新民社区2单元501", "新民社区"),
        ("三都水族自治县三合街道十组", "三都水族自治县三合街道"),
        ("惠水县摆金镇甲浪村", "惠水县摆金镇甲浪村"),
        ("新民社区５０１", "新民社区"),
        ("", ""),
    ],
)
def test_masks_an_address_to_the_building(address: str, masked: str) -> None:
    assert privacy.mask_address(address) == masked


@given(st.from_regex(r"[0-9]{17}[0-9X]", fullmatch=True))
def test_a_masked_number_shows_none_of_its_middle(number: str) -> None:
    masked = privacy.mask_id_number(number)
    assert masked[4:14] == "*" * 10
    assert len(masked) == 18
    assert number[4:14] not in masked
    assert len(re.findall(r"[0-9X]", privacy.mask_account(number))) == 4


@given(st.from_regex(r"1[3-9][0-9]{9}|0[3-9][0-9]{2}-[2-8][0-9]{6,7}", fullmatch=True))
def test_a_masked_phone_hides_four_digits_at_least(phone: str) -> None:
    masked = privacy.mask_phone(phone)
    assert len(masked) == len(phone)
    assert masked.count("*") >= 4
    assert sum(c.isdigit() for c in masked) <= 7


@given(st.text(min_size=1, max_size=12))
def test_a_masked_name_never_shows_more_than_two_characters(name: str) -> None:
    assume("*" not in name)
    masked = privacy.mask_name(name)
    shown = [c for c in masked if c != "*" and c not in privacy._SEPARATORS]
    assert len(masked) == len(name)
    assert len(shown) <= 2
    assert masked != name or not name.strip("".join(privacy._SEPARATORS))


SCRUBBED = [
    (f"person {ID_NUMBER} exists", "person [id-number] exists"),
    ("号码52279919000101002X。", "号码[id-number]。"),
    ("52279919000101002x", "[id-number]"),
    ("522799 19000101 0038", "[id-number]"),
    ("522799-19000101-002X", "[id-number]"),
    ("522799000101003", "[id-number]"),
    ("５２２７９９１９０００１０１００３８", "[id-number]"),
    ("Key (phone)=(13812345678) already exists", "Key (phone)=([phone]) already exists"),
    ("电话+86 138-1234-5678转", "电话[phone]转"),
    ("tel8613812345678,008613812345678", "tel[phone],[phone]"),
    ("１３８１２３４５６７８", "[phone]"),
    ("0854-6221234 或 08546221234 或 010-62212345", "[phone] 或 [phone] 或 [phone]"),
    ("card 6217000012345678901", "card [account]"),
    ("6217 0000 1234 5678 901", "[account]"),
    ("6217-0000-1234-5678", "[account]"),
    ("13812345678" + ID_NUMBER, "[account]"),
    ("%E5%8F%B713812345678", "%E5%8F%B7[phone]"),
    (str("号13812345678".encode()), "b'\\xe5\\x8f\\xb7[phone]'"),
    (json.dumps("号13812345678"), '"\\u53f7[phone]"'),
]


@pytest.mark.parametrize(("text", "clean"), SCRUBBED)
def test_scrubs_personal_numbers(text: str, clean: str) -> None:
    assert scrubbing.scrub(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2025-09-24T12:00:00.123456+00:00",
        "transfer 0198c0de-1390-7123-8456-138123456789 opened",
        "12345678-1234-7123-8123-123456789012",
        "00-4bf92f3577b34da6a13812345678736c-00f067aa0ba902b7-01",
        "division 522731001001 of 522731 has 1234567890 fen",
        "offset 123456789012, took 1380 ms",
        "9152273100MA6DHL2X",
        "1732449600123 ms",
        "522731001 522731002",
    ],
)
def test_leaves_ids_dates_divisions_and_counts(text: str) -> None:
    assert scrubbing.scrub(text) == text


FRAGMENT = st.sampled_from(
    [
        "13812345678",
        ID_NUMBER,
        "6217000012345678901",
        "0854-6221234",
        PERSON,
        " ",
        "-",
        "X",
        "a",
        "1",
        "86",
        "号",
        "0",
        ",",
    ]
)


@given(st.lists(FRAGMENT | st.text("0123456789 -Xabf", max_size=12), max_size=8).map("".join) | st.text())
@example("13812345678 123456789012")
@example("%20138123456781381234567%B713812345678")
@example("1234-13812345678-1234-1234")
def test_scrubbing_twice_changes_nothing_more(text: str) -> None:
    once = scrubbing.scrub(text)
    assert scrubbing.scrub(once) == once


@given(st.text(st.characters(exclude_categories=["Nd"])), st.text(st.characters(exclude_categories=["Nd"])))
def test_no_surroundings_hide_a_number(before: str, after: str) -> None:
    hex_like = re.compile(r"[0-9A-Fa-f]*")
    assume(not hex_like.fullmatch(before[-1:]) or before == "")
    for number in ("13812345678", ID_NUMBER, "6217000012345678901"):
        assert number not in scrubbing.scrub(before + number + after)


def test_the_log_processor_scrubs_at_every_depth() -> None:
    event = {
        "event": "import failed for 13812345678",
        "rows": [{"cell": ID_NUMBER, "13812345678": 1}, ("6217000012345678901",), {ID_NUMBER}],
        "sheet_phone": 13812345678.0,
        "sheet_id": 522799190001010038,
        "error": ValueError("bad 13812345678"),
        "raw": b"13812345678",
        "phone": "6221234",
        "nested": {"id_number": "52273119", "password": None},
    }
    assert scrubbing.scrub_event(None, "info", event) == {
        "event": "import failed for [phone]",
        "rows": [{"cell": "[id-number]", "[phone]": 1}, ["[account]"], ["[id-number]"]],
        "sheet_phone": "[phone]",
        "sheet_id": "[id-number]",
        "error": "ValueError('bad [phone]')",
        "raw": "b'[phone]'",
        "phone": "[removed]",
        "nested": {"id_number": "[removed]", "password": None},
    }


def test_the_log_processor_leaves_harmless_fields_as_they_are() -> None:
    marker = object()
    event = {
        "count": 3,
        "took": 0.30000000000000004,
        "ok": True,
        "none": None,
        "infinite": float("inf"),
        "exc_info": marker,
        "_record": marker,
    }
    assert scrubbing.scrub_event(None, "info", event) == event


def test_the_log_processor_writes_ids_and_dates_as_text() -> None:
    event = {"day": date(2025, 9, 24), "at": datetime(2025, 9, 24, tzinfo=UTC), "id": uuid.UUID(PERSON)}
    assert scrubbing.scrub_event(None, "info", event) == {
        "day": "2025-09-24",
        "at": "2025-09-24T00:00:00+00:00",
        "id": PERSON,
    }
