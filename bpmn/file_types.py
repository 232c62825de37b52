"""Which kinds of files a form may ask for: their endings, first bytes and media types."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from zipfile import BadZipFile, ZipFile

#: Largest file, in megabytes: a request has at most six.
MAX_MB = 5


@dataclass(frozen=True)
class FileType:
    """What a file of this ending begins with, its media type, and what lies in it where it is an archive."""

    magic: bytes
    media: str
    holds: tuple[str, ...] = ()

    def is_one(self, body: bytes) -> bool:
        """Is this such a file? An archive is not unpacked: its list of contents says what it is."""
        if not body.startswith(self.magic):
            return False
        if not self.holds:
            return True
        try:
            with ZipFile(BytesIO(body)) as archive:
                return set(self.holds) <= set(archive.namelist())
        except (BadZipFile, ValueError, NotImplementedError):
            return False


_ZIP = b"PK\x03\x04"
FILE_TYPES = {
    "pdf": FileType(b"%PDF-", "application/pdf"),
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
