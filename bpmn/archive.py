"""A folder or a zip → {path: bytes}, bounded and without tricks. Nothing here knows what the files mean.

An upload can be refused; it cannot write outside, follow a link, expand without end or hide a second copy of a file
(OWASP ASVS 5.0, 5.2.3 and 5.3.2).
"""

from __future__ import annotations

import io
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from bpmn.errors import Refused

MAX_ZIP = 5 * 2**20
MAX_FILES = 200
#: All files together, unpacked. Below MAX_ZIP, so that whatever was loaded can be packed and loaded again.
MAX_TOTAL = 4 * 2**20
MAX_PATH = 150

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def read_folder(folder: Path) -> dict[str, bytes]:
    """Every file below ``folder`` by its path in it, hidden ones left out. Raises Refused (``package.*``)."""
    files = _Files()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).as_posix()
        if _hidden(inside):
            continue
        if path.is_symlink():
            raise Refused("package.link", path=inside)
        if path.is_dir():
            continue
        if not path.is_file():
            raise Refused("package.special_file", path=inside)
        files.add(inside, _bounded(path, files.room))
    return files.kept


def read_zip(data: bytes) -> dict[str, bytes]:
    """Every file of a zip by its path, hidden ones left out; one single top folder is stripped.

    Raises Refused: ``package.zip_size``, ``package.too_many_files``, ``package.total``, ``package.link``,
    ``package.unsafe_path``, ``package.duplicate``, ``package.encrypted``, ``package.special_file`` or
    ``package.broken_zip``.
    """
    if len(data) > MAX_ZIP:
        raise Refused("package.zip_size", size=len(data), limit=MAX_ZIP)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _without_top_folder(_unpack(archive))
    except Refused:
        raise
    except _BROKEN as error:
        raise Refused("package.broken_zip", reason=type(error).__name__) from error


def write_zip(files: dict[str, bytes]) -> bytes:
    """The files as a zip that is the same at every time and place: sorted, one fixed date, no owner, no extras."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, files[path])
    return packed.getvalue()


class _Files:
    """What was read so far; refuses what is too much, unsafe or there already."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.folded: set[str] = set()
        self.room = MAX_TOTAL

    def add(self, path: str, data: bytes) -> None:
        # One spelling of a name: a Mac may write 受理é decomposed, and the digest must not depend on it.
        path = unicodedata.normalize("NFC", path)
        self.room -= len(data)
        if self.room < 0:
            raise Refused("package.total", limit=MAX_TOTAL)
        if len(self.kept) == MAX_FILES:
            raise Refused("package.too_many_files", limit=MAX_FILES)
        if path.casefold() in self.folded:
            raise Refused("package.duplicate", path=path)
        self.folded.add(path.casefold())
        self.kept[path] = data


def _unpack(archive: zipfile.ZipFile) -> dict[str, bytes]:
    files = _Files()
    for entry in _entries(archive):
        with archive.open(entry) as stream:
            # The stated size may lie: read one byte more than there is room for, never more.
            files.add(entry.filename, stream.read(files.room + 1))
    return files.kept


def _entries(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """The entries worth reading; every entry, hidden or not, must be harmless."""
    entries = archive.infolist()
    if len(entries) > 2 * MAX_FILES:
        raise Refused("package.too_many_files", limit=MAX_FILES)
    for entry in entries:
        path, kind = entry.filename, stat.S_IFMT(entry.external_attr >> 16)
        if _unsafe(path):
            raise Refused("package.unsafe_path", path=path[:MAX_PATH])
        if kind == stat.S_IFLNK:
            raise Refused("package.link", path=path)
        if entry.is_dir() or _hidden(path):
            continue
        if kind not in (0, stat.S_IFREG) or entry.compress_type not in _METHODS:
            raise Refused("package.special_file", path=path)
        if entry.flag_bits & 0x1:
            raise Refused("package.encrypted", path=path)
        yield entry


def _unsafe(path: str) -> bool:
    odd = "\\" in path or ":" in path or not path.isprintable()
    return odd or not path or len(path) > MAX_PATH or path.startswith("/") or ".." in path.split("/")


def _hidden(path: str) -> bool:
    """Dot files and what macOS adds to every zip."""
    return any(part.startswith(".") or part == "__MACOSX" for part in path.split("/"))


def _bounded(path: Path, room: int) -> bytes:
    with path.open("rb") as stream:
        return stream.read(room + 1)


def _without_top_folder(files: dict[str, bytes]) -> dict[str, bytes]:
    tops = {path.partition("/")[0] for path in files}
    if len(tops) != 1 or any("/" not in path for path in files):
        return files
    return {path.partition("/")[2]: data for path, data in files.items()}
