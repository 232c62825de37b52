"""A real PostgreSQL server of our own: started for a run of the tests, in a folder and on a socket of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from itertools import count
from pathlib import Path

#: Where Debian keeps the server's programs, newest last.
_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
#: The server refuses to run as root.
_USER = "postgres" if os.getuid() == 0 else None


class Server:
    """One server. It syncs to disk as in production: durability is what is tested."""

    def __init__(self) -> None:
        if not _PROGRAMS:
            raise RuntimeError("the tests need PostgreSQL; install with: sudo apt-get install postgresql")
        self.folder = Path(tempfile.mkdtemp(prefix="sunpath-postgres-"))
        self._numbers = count(1)
        if _USER:
            shutil.chown(self.folder, _USER)
        self._data = self.folder / "data"
        self._run(
            "initdb",
            f"--pgdata={self._data}",
            "--auth=trust",
            "--username=sunpath",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        )
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = ["-D", self._data, "-k", self.folder, "-c", "listen_addresses=", "-c", "max_connections=60"]
        with (self.folder / "log").open("a") as log:
            self._process = subprocess.Popen([_PROGRAMS[-1] / "postgres", *options], user=_USER, stdout=log, stderr=log)
        while subprocess.run([_PROGRAMS[-1] / "pg_isready", "-q", "-h", self.folder], check=False).returncode:
            if self._process.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text()[-1000:])
            time.sleep(0.02)

    def stop(self) -> None:
        """End it and clear its folder away."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def crash(self) -> None:
        """Kill every process of the server, then start it again: it recovers from its log."""
        found = subprocess.run(["pgrep", "-P", str(self._process.pid)], capture_output=True, text=True, check=False)
        self._process.kill()
        for child in map(int, found.stdout.split()):
            with suppress(ProcessLookupError):  # some end by themselves when the first is gone
                os.kill(child, signal.SIGKILL)
        self._process.wait()
        while any(Path(f"/proc/{child}").exists() for child in map(int, found.stdout.split())):
            time.sleep(0.01)
        self.start()

    def url(self, name: str = "postgres") -> str:
        """The address of a database."""
        return f"postgresql+psycopg://sunpath@/{name}?host={self.folder}"

    def database(self, template: str = "template1") -> str:
        """Make a database, a copy of ``template``; answers its name."""
        name = f"sunpath_{next(self._numbers)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        """Clear a database away, whoever is still connected."""
        self.sql(f"DROP DATABASE {name} WITH (FORCE)")

    def sql(self, statement: str) -> None:
        """Run one statement outside any transaction."""
        self._run("psql", "--quiet", "--no-psqlrc", f"--host={self.folder}", "--username=sunpath", "postgres",
                  f"--command={statement}")  # fmt: skip

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [_PROGRAMS[-1] / program, *arguments],
            user=_USER,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}")
