"""The zip archive that an XLSX file is: what lies in it, unpacked in measure before any other program unpacks it.

An archive is read from its end; two readers may see two archives in one file. Only the plain form is taken: one archive, from the
first byte to the last, every member once, sizes and checksums as declared.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from shared.imports.refusals import FileRefused

MOST_MEMBERS = 2_000
MOST_BYTES = 512 * 2**20
"""Unpacked, all members together: some 300,000 rows of 50 columns. It takes two seconds to count."""
MOST_RATIO = 250
"""Unpacked to packed. Worksheets reach 10 to 60, deflate at most 1,032; below RATIO_FROM it says nothing."""
RATIO_FROM = 16 * 2**20

_END = b"PK\x05\x06"
_END_BYTES = 22
_LOCAL = b"PK\x03\x04"
_LOCAL_BYTES = 30
_ENCRYPTED = 0x1
_PIECE = 2**18


def members(data: bytes) -> list[zipfile.ZipInfo]:
    """The members as the archive's directory names them. FileRefused `damaged` when it is not one whole archive."""
    if data[-_END_BYTES : -_END_BYTES + 4] != _END:
        raise FileRefused("damaged")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
        raise FileRefused("damaged") from error
    if not found or min(member.header_offset for member in found) != 0:
        raise FileRefused("damaged")
    return found


def check(data: bytes, found: list[zipfile.ZipInfo]) -> None:
    """Unpacks every member, keeping nothing. FileRefused `encrypted`, `zip-bomb`, or `damaged`: a size or checksum is not as declared."""
    if any(member.flag_bits & _ENCRYPTED for member in found):
        raise FileRefused("encrypted")
    if len({member.filename.lower() for member in found}) < len(found):
        raise FileRefused("damaged")
    if len(found) > MOST_MEMBERS or sum(member.file_size for member in found) > MOST_BYTES:
        raise FileRefused("zip-bomb")
    if sum(member.compress_size for member in found) > len(data):
        raise FileRefused("zip-bomb")  # members share bytes
    left = MOST_BYTES
    for member in found:
        left -= _unpacked(data, member, left)


def part(data: bytes, name: str, absent: str | None = None) -> bytes:
    """A member of a checked archive, unpacked; `absent` where there is none. Names are told apart without case. FileRefused `damaged`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {member.lower(): member for member in archive.namelist()}
            if absent is not None and name.lower() not in names:
                return absent.encode()
            return archive.read(names[name.lower()])
    except (KeyError, zipfile.BadZipFile) as error:
        raise FileRefused("damaged") from error


def _unpacked(data: bytes, member: zipfile.ZipInfo, most: int) -> int:
    packed = _packed(data, member)
    if member.compress_type == zipfile.ZIP_STORED:
        size, checksum = len(packed), zlib.crc32(packed)
    elif member.compress_type == zipfile.ZIP_DEFLATED:
        size, checksum = _inflated(packed, most)
    else:
        raise FileRefused("unusual")
    if size > member.file_size or (size > RATIO_FROM and size > MOST_RATIO * len(packed)):
        raise FileRefused("zip-bomb")
    if size != member.file_size or checksum != member.CRC:
        raise FileRefused("damaged")
    return size


def _packed(data: bytes, member: zipfile.ZipInfo) -> memoryview:
    start = member.header_offset
    if data[start : start + 4] != _LOCAL or start + _LOCAL_BYTES > len(data):
        raise FileRefused("damaged")
    name_bytes, extra_bytes = struct.unpack_from("<HH", data, start + 26)
    begin = start + _LOCAL_BYTES + name_bytes + extra_bytes
    packed = memoryview(data)[begin : begin + member.compress_size]
    if len(packed) != member.compress_size:
        raise FileRefused("damaged")
    return packed


def _inflated(packed: memoryview, most: int) -> tuple[int, int]:
    """Size and checksum of what is packed. FileRefused `zip-bomb` once it passes `most` bytes."""
    inflate, size, checksum = zlib.decompressobj(-zlib.MAX_WBITS), 0, 0
    for start in range(0, len(packed), _PIECE):
        piece: bytes | memoryview = packed[start : start + _PIECE]
        while piece:
            try:
                out = inflate.decompress(piece, _PIECE)
            except zlib.error as error:
                raise FileRefused("damaged") from error
            size, checksum = size + len(out), zlib.crc32(out, checksum)
            if size > most:
                raise FileRefused("zip-bomb")
            piece = inflate.unconsumed_tail
    if not inflate.eof:
        raise FileRefused("damaged")
    return size, checksum
