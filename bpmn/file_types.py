"""Which kinds of files a form may ask for: their endings, first bytes and media types."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from zipfile import BadZipFile, ZipFile

#: Largest file, in megabytes.
MAX_MB = 5
#: Entries of an archive, and megabytes they say they unpack to: more is no document, but meant to choke its reader.
MAX_ENTRIES, MAX_UNPACKED_MB = 2_000, 200


@dataclass(frozen=True)
class FileType:
    """What a file of this ending begins with, its media type, what lies in it where it is an archive, and its end."""

    magic: bytes
    media: str
    holds: tuple[str, ...] = ()
    trailer: bytes = b""

    def is_one(self, body: bytes) -> bool:
        """Is this such a file, and whole? An archive is not unpacked: its list of contents says what it is."""
        if not body.startswith(self.magic) or self.trailer not in body[-_TAIL:]:
            return False
        return not self.holds or set(self.holds) <= _contents(body)


def _contents(body: bytes) -> set[str]:
    """Names in an archive; none where it cannot be read or holds more than a document does."""
    if body.count(_ENTRY) > MAX_ENTRIES:
        return set()  # known before a list is made of them
    try:
        with ZipFile(BytesIO(body)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            return set(archive.namelist()) if unpacked <= MAX_UNPACKED_MB * 2**20 else set()
    except (BadZipFile, ValueError, NotImplementedError):
        return set()


#: Bytes within which the end of a file is looked for: programs write some after it.
_TAIL = 1024
#: How an entry of an archive's list of contents begins (APPNOTE 4.3.12).
_ENTRY = b"PK\x01\x02"
_ZIP = b"PK\x03\x04"
FILE_TYPES = {
    # ISO 32000-1, 7.5.5: the last line.
    "pdf": FileType(b"%PDF-", "application/pdf", trailer=b"%%EOF"),
    "jpg": FileType(b"\xff\xd8\xff", "image/jpeg"),
    "png": FileType(b"\x89PNG\r\n\x1a\n", "image/png"),
    "docx": FileType(
        _ZIP,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ("[Content_Types].xml", "word/document.xml"),
    ),
    # GB/T 33190-2016, 7.3: the main entry.
    "ofd": FileType(_ZIP, "application/ofd", ("OFD.xml",)),
}
