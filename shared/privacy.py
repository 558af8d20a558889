"""Personal data: encrypted under a key per person, masked in lists (个人信息保护法 arts. 28, 51).

Each person has a data key; the key ring's master key wraps it, and the wrapped key lies beside the person. Rotation
rewraps keys and touches no ciphertext; deleting the wrapped key makes the person unreadable everywhere, backups too.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import re
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

log = structlog.get_logger()

KEY_BYTES = 32

_VERSION = b"\x01"
_NONCE_BYTES = 12
_HEAD_BYTES = len(_VERSION) + _NONCE_BYTES


class BadKeys(ValueError):
    """The key document is malformed, or holds no master key of the asked id. Texts never show a key."""

    code = "keys-malformed"
    zh = "密钥文件有误"

    def __init__(self, en: str) -> None:
        super().__init__(en)
        self.en = en


class Unreadable(ValueError):
    """The ciphertext was changed, cut, moved to another row or field, or is under another key."""

    code = "ciphertext-unreadable"
    en = "The encrypted value cannot be read with this key in this place"
    zh = "密文无法解密"

    def __init__(self) -> None:
        super().__init__(self.en)


def field_context(person_id: str | UUID, field: str) -> str:
    """The place a ciphertext belongs to, one field of one person: bound, so that no value can be moved to another."""
    return f"{str(person_id).lower()}/{field}"


class DataKey:
    """The key of a person, or of an uploaded file. Seals with AES-256-GCM; layout: version byte, 12-byte nonce, ciphertext and tag."""

    __slots__ = ("_cipher", "_raw")

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._cipher = AESGCM(raw)

    def seal(self, plain: bytes, context: str) -> bytes:
        """Bytes sealed for `context`: 29 longer, different every time."""
        return _seal(self._cipher, plain, context)

    def open(self, sealed: bytes, context: str) -> bytes:
        """The bytes. Unreadable when key, context or bytes are not those of `seal`."""
        return _open(self._cipher, sealed, context)

    def encrypt(self, text: str, context: str) -> bytes:
        """`text` sealed for `context` (see `field_context`): 29 bytes longer than its UTF-8, different every time."""
        return self.seal(text.encode(), context)

    def decrypt(self, sealed: bytes, context: str) -> str:
        """The text. Unreadable when key, context or bytes are not those of `encrypt`."""
        return self.open(sealed, context).decode()


class NewKey(NamedTuple):
    """A new key of a person or an uploaded file: to use now, and wrapped to store beside the id of the master key that wraps it."""

    key: DataKey
    wrapped: bytes
    key_id: str


class _Held(NamedTuple):
    """What a key document says."""

    current: str
    masters: Mapping[str, AESGCM]
    lookup: bytes


def _held(document: Mapping[str, Any]) -> _Held:
    try:
        masters = {str(key_id): AESGCM(_key(text)) for key_id, text in document["master"].items()}
        held = _Held(str(document["current"]), masters, _key(document["lookup"]))
    except (KeyError, TypeError, AttributeError):
        raise BadKeys("The key document needs current, master and lookup, with keys in base64") from None
    if held.current not in masters:
        raise BadKeys(f"No master key {held.current!r}")
    return held


LOOK_SECONDS = 1.0
"""So old may what is known of the key file be: the time between two looks whether there is a new version."""


class KeyRing:
    """Master keys by id and the key of the search hashes: `{"current": id, "master": {id: b64}, "lookup": b64}`.

    A ring of a file follows the file: it looks for a new version at most once a second, when it is used (a comparison of clocks
    otherwise), and at once where a row names a key that it does not know. A version that cannot be read, or that has another lookup key
    (no number would be found again), is passed over with an error in the log.
    """

    __slots__ = ("_held", "_look_at", "_path", "_version")

    def __init__(self, document: Mapping[str, Any]) -> None:
        """BadKeys when a part is missing or a key is not 32 bytes of base64."""
        self._held = _held(document)
        self._path: Path | None = None
        self._version: tuple[int, ...] = ()
        self._look_at = 0.0

    @classmethod
    def load(cls, path: Path | None) -> KeyRing:
        """The ring of a JSON file, which it then follows. BadKeys when it is not one; OSError when none is named or it cannot be read."""
        if path is None:
            raise OSError("ANJU_KEYS_FILE must name the file with the master keys")
        version = _version_of(path)
        ring = cls(read_keys(path))
        ring._path, ring._version = path, version
        return ring

    @property
    def current(self) -> str:
        """Id of the master key under which new keys are wrapped."""
        return self._held.current

    @property
    def known(self) -> frozenset[str]:
        """Ids of all master keys."""
        return frozenset(self._held.masters)

    def new_key(self) -> NewKey:
        """A random key for one person or one uploaded file, wrapped under the current master key."""
        self._look()
        key = DataKey(os.urandom(KEY_BYTES))
        return NewKey(key, *_wrap(self._held, key))

    def unwrap(self, wrapped: bytes, key_id: str) -> DataKey:
        """The key of a stored wrapping. BadKeys for an unknown `key_id`, Unreadable for other bytes."""
        self._look()
        return DataKey(_open(self._master(key_id), wrapped, _wrap_context(key_id)))

    def rewrap(self, wrapped: bytes, key_id: str) -> tuple[bytes, str]:
        """The same key wrapped under the current master key, with that key's id (rotation)."""
        return _wrap(self._held, self.unwrap(wrapped, key_id))

    def lookup_hash(self, kind: str, value: str) -> bytes:
        """32 bytes, equal for equal normalised values of one kind: exact search without reading (HMAC-SHA256).

        ValueError for a kind with a NUL, which parts kind and value.
        """
        if "\0" in kind:
            raise ValueError("a kind has no NUL")
        return hmac.digest(self._held.lookup, f"{kind}\0{value}".encode(), "sha256")

    def derived(self, name: str) -> bytes:
        """32 bytes, a key for one named use that outlives rotation of master keys (HKDF-SHA256 of the lookup key, RFC 5869)."""
        return HKDF(hashes.SHA256(), KEY_BYTES, None, f"anju/{name}".encode()).derive(self._held.lookup)

    def _master(self, key_id: str) -> AESGCM:
        if key_id not in self._held.masters:
            self._look(at_once=True)
        try:
            return self._held.masters[key_id]
        except KeyError:
            raise BadKeys(f"No master key {key_id!r}") from None

    def _look(self, at_once: bool = False) -> None:
        now = time.monotonic()
        if self._path is None or (now < self._look_at and not at_once):
            return
        self._look_at = now + LOOK_SECONDS
        try:
            version = _version_of(self._path)
            if version != self._version:
                self._take(_held(read_keys(self._path)), version)
        except (OSError, BadKeys) as error:
            log.error("key file cannot be read: the keys stay as they are", error=type(error).__name__)

    def _take(self, held: _Held, version: tuple[int, ...]) -> None:
        self._version = version
        if held.lookup != self._held.lookup:
            log.error("key file has another lookup key: the keys stay as they are")
            return
        self._held = held
        log.info("key file taken over", current=held.current, known=sorted(held.masters))


def read_keys(path: Path) -> dict[str, Any]:
    """The key document of a file, unchecked. BadKeys where it is not JSON, OSError where it cannot be read."""
    try:
        document = json.loads(path.read_text("utf-8"))
    except ValueError:
        raise BadKeys("The key file is not JSON") from None
    if not isinstance(document, dict):
        raise BadKeys("The key file holds no document")
    return document


def _version_of(path: Path) -> tuple[int, ...]:
    found = path.stat()
    return found.st_mtime_ns, found.st_ino, found.st_size


def _wrap(held: _Held, key: DataKey) -> tuple[bytes, str]:
    return _seal(held.masters[held.current], key._raw, _wrap_context(held.current)), held.current


def generate_keys(key_id: str = "k1") -> dict[str, Any]:
    """A fresh key document with random keys, ready for JSON (first start of an installation, tests)."""
    return {"current": key_id, "master": {key_id: new_master()}, "lookup": new_master()}


def new_master() -> str:
    """A random key as a key document has it."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def _key(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raw = b""
    if len(raw) != KEY_BYTES:
        raise BadKeys(f"A key is {KEY_BYTES} bytes in base64")
    return raw


def _wrap_context(key_id: str) -> str:
    return f"person-key/{key_id}"


def _seal(cipher: AESGCM, plain: bytes, context: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return _VERSION + nonce + cipher.encrypt(nonce, plain, _VERSION + context.encode())


def _open(cipher: AESGCM, sealed: bytes, context: str) -> bytes:
    if sealed[:1] != _VERSION:
        raise Unreadable
    try:
        return cipher.decrypt(sealed[1:_HEAD_BYTES], sealed[_HEAD_BYTES:], _VERSION + context.encode())
    except (InvalidTag, ValueError):
        raise Unreadable from None


# Masking: what a list may show.

_SEPARATORS = frozenset("·•・‧．. ")
_NUMERAL = "[0-9A-Za-z０-９一二三四五六七八九十百零〇甲乙丙丁戊]+"
_BUILDING = re.compile(rf"{_NUMERAL}\s*(?:栋|幢|号楼|座)")
_FIRST_NUMERAL = re.compile(r"[0-9０-９]|[一二三四五六七八九十百零〇甲乙丙丁戊A-Za-z]+(?=单元|号|室|层|楼|组)")


def mask_name(name: str) -> str:
    """李小花 → 李*花, 李花 → 李*, 阿依古丽·买买提 → 阿***·**提: first and, from three characters, last stay."""
    if _SEPARATORS.isdisjoint(name) and len(name) > 1:  # nearly all
        return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}" if len(name) > 2 else f"{name[0]}*"
    letters = [i for i, character in enumerate(name) if character not in _SEPARATORS]
    kept = {*letters[:1], *letters[-1:]} if len(letters) > 2 else set(letters[:1] if len(letters) == 2 else ())
    return "".join(c if i in kept or c in _SEPARATORS else "*" for i, c in enumerate(name))


def mask_id_number(number: str) -> str:
    """5227**********0020: first four and last four; all hidden when it is too short to hide half."""
    if len(number) < 16:
        return "*" * len(number)
    return f"{number[:4]}{'*' * (len(number) - 8)}{number[-4:]}"


def mask_birth_certificate(number: str) -> str:
    """T*******21: the letter and the last two."""
    return f"{number[0]}{'*' * (len(number) - 3)}{number[-2:]}" if len(number) == 10 else "*" * len(number)


def mask_phone(phone: str) -> str:
    """138****5678; of a landline the area code and the last three: 0854-****234. Of a normalised number."""
    area, hyphen, local = phone.rpartition("-")
    if hyphen:
        return f"{area}-{'*' * max(len(local) - 3, 4)}{local[-3:] if len(local) > 6 else ''}"
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) == 11 else "*" * len(phone)


def mask_account(account: str) -> str:
    """****1234: the last four of a bank account, without its length; all hidden under eight characters."""
    return f"****{account[-4:]}" if len(account) >= 8 else "****"


def mask_birth(birth_on: date) -> str:
    """The year alone."""
    return birth_on.isoformat()[:4]


def mask_address(address: str) -> str:
    """Up to the building: 新民社区3栋2单元501室 → 新民社区3栋. Without a building, up to the first number."""
    building = _BUILDING.search(address)
    if building:
        return address[: building.end()]
    numeral = _FIRST_NUMERAL.search(address)
    return address[: numeral.start()] if numeral else address
