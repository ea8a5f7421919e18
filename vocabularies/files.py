"""Files that people bring: what they are, their content says and never their name. Nothing here
touches the disk or unpacks what is too large."""

import codecs
import re
import zipfile
from io import BytesIO

# What a package may unpack to, in bytes and in files: a few kilobytes can hold gigabytes.
MOST_UNPACKED = 80 * 1024 * 1024
MOST_PARTS = 2000
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


class Unreadable(Exception):
    """The file is nothing that we can read. Its text is for the person."""


def decoded(data: bytes, otherwise: str) -> str:
    """The text of a file in any encoding that offices write; Unreadable(`otherwise`) for others."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = _decode(data, "utf-16", otherwise)
    elif data[1:2] == b"\x00" or data[:1] == b"\x00":
        wide = "utf-16-be" if data[:1] == b"\x00" else "utf-16-le"
        text = _decode(data, wide, otherwise)
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            # Lines that end in CR alone are those of an old Macintosh, and so are its letters.
            is_mac = b"\r" in data and b"\n" not in data
            text = _decode(data, "mac_roman" if is_mac else "cp1252", otherwise)
    if CONTROLS.search(text):
        raise Unreadable(otherwise)
    return text


def _decode(data: bytes, encoding: str, otherwise: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(otherwise) from error


def check_package(data: bytes, *, part: str, what: str, instead: str, otherwise: str) -> None:
    """Sizes and kinds of what an Office package holds, before any of it is unpacked. `part` must
    be in it; `what` it is called in a sentence; `instead`: what to save it as."""
    damaged = f"This {what} is damaged. Open it, save it anew and try again."
    try:
        package = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Unreadable(damaged) from error
    parts = package.infolist()
    names = {one.filename for one in parts}
    if len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > MOST_UNPACKED:
        raise Unreadable(f"This {what} unpacks to far more than it should. Save it as {instead}.")
    if any(name.endswith("vbaProject.bin") for name in names):
        raise Unreadable(f"This {what} holds macros. Save it without them or as {instead}.")
    if part not in names:
        raise Unreadable(otherwise)
    for one in parts:
        if one.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in _start_of(
            package, one, what
        ):
            raise Unreadable(damaged)


def _start_of(package: zipfile.ZipFile, part: zipfile.ZipInfo, what: str) -> bytes:
    try:
        with package.open(part) as opened:
            return opened.read(4096)
    except (zipfile.BadZipFile, RuntimeError, ValueError, NotImplementedError, OSError) as error:
        raise Unreadable(
            f"This {what} is damaged or has a password. Save it anew without one."
        ) from error
