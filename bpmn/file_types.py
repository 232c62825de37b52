"""Which kinds of files a form may ask for: their endings, first bytes and media types."""

from __future__ import annotations

from dataclasses import dataclass

#: Largest file, in megabytes: a request has at most six.
MAX_MB = 5


@dataclass(frozen=True)
class FileType:
    """What a file of this ending begins with, and its media type."""

    magic: bytes
    media: str


_ZIP = b"PK\x03\x04"
FILE_TYPES = {
    "pdf": FileType(b"%PDF-", "application/pdf"),
    "jpg": FileType(b"\xff\xd8\xff", "image/jpeg"),
    "png": FileType(b"\x89PNG\r\n\x1a\n", "image/png"),
    "docx": FileType(_ZIP, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "ofd": FileType(_ZIP, "application/ofd"),
}
