"""A PostgreSQL server of the tests' own: a temporary cluster on loopback, run by a user without rights."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

DEBIAN_PACKAGE = "postgresql"
_SUPERUSER = "postgres"
_READER = "reader"
_SECONDS = 120
_TRIES = 3


def in_ci() -> bool:
    """Whether this is the CI run, where nothing that is missing may be passed over."""
    return os.environ.get("CI", "").casefold() in ("true", "1")


def missing(what: str, remedy: str) -> None:
    """Skip the test, or fail it in CI, because something is not on this machine."""
    if in_ci():
        pytest.fail(f"{what} is missing, and CI has to have it: {remedy}")
    pytest.skip(f"needs {what}: {remedy}")


def program(name: str) -> str | None:
    """The path of a program of the newest PostgreSQL here; Debian keeps them off the PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    return shutil.which(name, path=os.pathsep.join([*map(str, reversed(folders)), os.environ.get("PATH", "")]))


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A running server, which is gone afterwards; skips, or in CI fails, where PostgreSQL is not installed."""
    remedy = f"apt-get install {DEBIAN_PACKAGE}"
    found = {name: program(name) for name in ("initdb", "pg_ctl")}
    if None in found.values():
        missing("PostgreSQL", remedy)
    server = PostgresServer(str(found["initdb"]), str(found["pg_ctl"]))
    try:
        server.start()
        yield server
    finally:
        server.remove()


class PostgresServer:
    """A cluster in a temporary folder; its default order of texts is that of English, as on many servers."""

    def __init__(self, initdb: str, pg_ctl: str) -> None:
        self._initdb = initdb
        self._pg_ctl = pg_ctl
        # The server refuses to run as root; Debian's package brings a user for it.
        self._user = _SUPERUSER if os.geteuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="neural-programmer-postgres-"))
        self._cluster = self._folder / "cluster"
        self.password = secrets.token_hex(8)
        self.port = 0

    def start(self) -> None:
        """Makes the cluster and starts it; a port that was taken meanwhile is tried anew."""
        password_file = self._folder / "password"
        password_file.write_text(self.password, encoding="utf-8")
        if self._user is not None:
            for path in (self._folder, password_file):
                shutil.chown(path, self._user)
        self._run(
            *(self._initdb, "--pgdata", str(self._cluster), "--username", _SUPERUSER, "--encoding", "UTF8"),
            *("--locale", "C.UTF-8", "--locale-provider", "icu", "--icu-locale", "en-US"),
            *("--auth", "scram-sha-256", "--pwfile", str(password_file), "--no-sync"),
        )
        for tried in range(_TRIES):
            self.port = _free_port()
            options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder}"
            options += " -c fsync=off -c shared_buffers=32MB -c max_connections=20"
            log = str(self._folder / "log")
            try:
                self._run(
                    *(self._pg_ctl, "start", "--wait", "--timeout", str(_SECONDS), "--pgdata", str(self._cluster)),
                    *("--log", log, "--options", options),
                )
                break
            except AssertionError:
                if tried == _TRIES - 1:
                    raise
        self._make_reader()

    def _make_reader(self) -> None:
        import psycopg

        with psycopg.connect(self.address(_SUPERUSER), autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {_READER} LOGIN PASSWORD '{self.password}'")

    def address(self, user: str = _READER, database: str = "postgres") -> str:
        """The address of a database for a user, who has no rights but to read and to make temporary tables."""
        return f"postgresql://{user}:{self.password}@127.0.0.1:{self.port}/{database}"

    @property
    def superuser_address(self) -> str:
        """The address of the database for the one who may do everything."""
        return self.address(_SUPERUSER)

    def remove(self) -> None:
        """Stops the server and removes its folder."""
        if (self._cluster / "postmaster.pid").exists():
            self._run(self._pg_ctl, "stop", "--mode", "immediate", "--wait", "--pgdata", str(self._cluster))
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, *command: str) -> None:
        # The server outlives the command that starts it, and would hold a pipe open.
        with (self._folder / "output").open("ab") as output:
            done = subprocess.run(
                command,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=2 * _SECONDS,
                user=self._user,
                extra_groups=[] if self._user else None,
                group=self._user,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
                check=False,
            )
        said = "\n".join(
            path.read_text(encoding="utf-8", errors="replace")
            for path in (self._folder / "output", self._folder / "log")
            if path.exists()
        )
        assert done.returncode == 0, f"{command[0]} failed with {done.returncode}: {said[-2000:]}"


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
