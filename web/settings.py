"""What an installation decides: read from the environment once, here only, and passed down as one frozen value."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEY_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that differs from one installation to the next."""

    database_url: str
    #: Signs the browser sessions and the cookies of tracked cases.
    session_key: bytes
    #: Key of the HMAC under which query codes are stored; lost, no code works any more.
    code_key: bytes
    #: Demo people may sign in without a password, on the machine itself and on a demo database only.
    demo: bool = False
    #: Commands may say when they happened (``--at``); such records are marked as simulated.
    allow_clock: bool = False
    #: Address printed on receipts (``https://sunpath.example.gov.cn``); empty: as the browser asked.
    base_url: str = ""
    #: Zone in which people read times and law counts days.
    timezone: str = "Asia/Shanghai"
    #: Language of the command line's answers, ``zh`` or ``en``.
    lang: str = "zh"
    #: Reverse proxies in front whose ``X-Forwarded-*`` are believed.
    proxies: int = 0
    #: Whose powers these are, as the header says, in Chinese and in English.
    place: str = "云泽市"
    place_en: str = "Yunze"
    #: Uploaded packages that wait to be handed in, a day at most.
    uploads: Path = ROOT / "var" / "uploads"

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Settings:
        """The settings of this process; the key files are made when they are first needed."""
        var = Path(env.get("SUNPATH_VAR") or ROOT / "var")
        return cls(
            database_url=env.get("DATABASE_URL") or f"sqlite:///{var / 'sunpath.db'}",
            session_key=kept_key(var / "session.key"),
            code_key=kept_key(var / "code.key"),
            demo=env.get("SUNPATH_DEMO") == "1",
            allow_clock=env.get("SUNPATH_ALLOW_CLOCK") == "1",
            base_url=env.get("SUNPATH_BASE_URL", "").rstrip("/"),
            timezone=env.get("SUNPATH_TIMEZONE") or cls.timezone,
            lang="en" if env.get("SUNPATH_LANG") == "en" else "zh",
            proxies=int(env.get("SUNPATH_PROXIES") or 0),
            place=env.get("SUNPATH_PLACE") or cls.place,
            place_en=env.get("SUNPATH_PLACE_EN") or cls.place_en,
            uploads=var / "uploads",
        )


def kept_key(path: Path) -> bytes:
    """The secret in ``path``, 32 bytes; made at random the first time, readable by the owner only.

    Two processes that start together get the same key: the file appears complete or not at all. Raises ValueError for
    a file of another length.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise ValueError(f"{path} is not a key of {KEY_BYTES} bytes")
    return key
