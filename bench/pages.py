"""The citizen's pages: one case in a database, asked for again and again from kept pages, and rendered anew.

First in one process without a network; then from two waitress servers over loopback, each with its own clients. The
clients stand on the same machine and take their share of it, so the servers' own CPU time is printed beside the rate.
"""

from __future__ import annotations

import gzip
import logging
import multiprocessing
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext

from flask.testing import FlaskClient
from waitress.server import create_server  # type: ignore[import-untyped]

import engine
from bpmn.package import FlowPackage
from engine.answers import Done
from engine.store import Store, open_store
from tests.flows.shipped import publish_called
from web import create_app
from web.settings import Settings

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
#: What every browser accepts.
HEADERS = {"Accept-Encoding": "gzip, deflate, br"}
SECONDS = 3.0
#: Servers, each with a process of clients that ask one after the other.
SERVERS, CLIENTS = 2, 4
KEY = "xk-general"


def measure(package: FlowPackage) -> None:
    """Publish ``package``, open a case, print requests per second of its pages."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.from_env({"DATABASE_URL": f"sqlite:///{folder}/bench.db", "SUNPATH_VAR": folder})
        store = open_store(settings.database_url, code_key=settings.code_key)
        client = create_app(settings, store).test_client()
        done = _case(store, package)
        _follow(client, done)
        page = f"/cases/{done.case}"
        print(f"\n{'one process, no network':32}{'req/s':>10}{'CPU ms':>10}{'bytes':>10}{'gzip':>10}")
        for path in (page, f"{page}/status.json", f"/powers/{KEY}"):
            _requests(client, path)
        _requests(client, page, again=True)
        _requests(client, f"{page}?anew=1")
        cookies = [client.get_cookie(name, path=path) for name, path in (("sunpath", "/"), ("sunpath_case", page))]
        store.dispose()
        _servers(settings, page, "; ".join(f"{one.key}={one.value}" for one in cookies if one is not None))


def _case(store: Store, package: FlowPackage) -> Done:
    store.upgrade()
    with store.begin() as session:
        engine.add_person(session, "lin", roles=["modeller"])
        engine.add_person(session, "zhao", roles=["reviewer"])
        publish_called(session, KEY, author="lin", reviewer="zhao", at=AT)
        engine.publish(session, package, key=KEY, author="lin", reviewer="zhao", at=AT)
        data = package.scenarios["granted"]["start"]["data"]
        return engine.start_case(session, KEY, actor="applicant", data=data, at=AT)


def _follow(client: FlaskClient, done: Done) -> None:
    """Enter number and code as a citizen does, so that the case page may be seen."""
    assert done.receipt is not None
    page = client.get("/track").get_data(as_text=True)
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    answer = client.post("/track", data={"csrf_token": token, "number": done.case, "code": done.receipt.code})
    assert answer.status_code in (302, 303), answer.status_code


def _requests(client: FlaskClient, path: str, *, again: bool = False) -> None:
    """Ask for ``path`` over and over; ``again``: as a browser that has the page already and gets 304."""
    first = client.get(path, headers=HEADERS)
    assert first.status_code == 200, (path, first.status_code)
    body = gzip.decompress(first.data) if first.content_encoding == "gzip" else first.data
    headers = {**HEADERS, "If-None-Match": first.headers["ETag"]} if again else HEADERS
    count, start, cpu = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - start < SECONDS:
        client.get(path, headers=headers)
        count += 1
    rate, cost = count / (time.perf_counter() - start), (time.process_time() - cpu) / count * 1e3
    name = f"{path} 304" if again else path
    print(f"{name:32}{rate:10.0f}{cost:10.2f}{len(body):10,}{len(gzip.compress(body, 6)):10,}")


def _servers(settings: Settings, path: str, cookie: str) -> None:
    """The same from waitress: SERVERS processes, and as many processes of clients."""
    spawn = multiprocessing.get_context("spawn")
    servers = [_start(spawn, _serve, settings) for _ in range(SERVERS)]
    ports = [pipe.recv() for pipe in servers]
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\nCookie: {cookie}\r\n\r\n".encode()
    clients = [_start(spawn, _ask, port, request) for port in ports]
    assert all(pipe.recv() == "ready" for pipe in clients)
    before = sum(_cpu(pipe) for pipe in servers)
    for pipe in clients:
        pipe.send("go")
    count = sum(pipe.recv() for pipe in clients)
    cost = (sum(_cpu(pipe) for pipe in servers) - before) / count
    for pipe in servers:
        pipe.send("end")
    print(f"\n{SERVERS} waitress processes, clients on the same machine: {count / SECONDS:.0f} req/s")
    print(f"servers {cost * 1e3:.2f} CPU ms a request: {SERVERS / cost:.0f} req/s if {SERVERS} cores did nothing else")


def _start(spawn: SpawnContext, work: Callable[..., None], *given: object) -> Connection:
    ours, theirs = spawn.Pipe()
    spawn.Process(target=work, args=(theirs, *given), daemon=True).start()
    return ours


def _cpu(server: Connection) -> float:
    server.send("cpu")
    return float(server.recv())


def _serve(pipe: Connection, settings: Settings) -> None:
    """One server on a free port; says on demand how much CPU time it has used."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that requests wait is what is measured
    store = open_store(settings.database_url, code_key=settings.code_key)
    server = create_server(create_app(settings, store), host="127.0.0.1", port=0, threads=CLIENTS)
    threading.Thread(target=server.run, daemon=True).start()
    pipe.send(server.effective_port)
    while pipe.recv() == "cpu":
        pipe.send(time.process_time())
    server.close()


def _ask(pipe: Connection, port: int, request: bytes) -> None:
    """CLIENTS clients for SECONDS; answers how many pages came."""
    connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(CLIENTS)]
    for connection in connections:
        assert _page(connection, request).startswith(b"HTTP/1.1 200 ")
    pipe.send("ready")
    pipe.recv()
    end = time.perf_counter() + SECONDS
    counts: list[int] = []
    threads = [threading.Thread(target=lambda c=c: counts.append(_until(end, c, request))) for c in connections]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pipe.send(sum(counts))


def _until(end: float, connection: socket.socket, request: bytes) -> int:
    count = 0
    while time.perf_counter() < end:
        _page(connection, request)
        count += 1
    return count


def _page(connection: socket.socket, request: bytes) -> bytes:
    """One request on an open connection, read to the end of its answer."""
    connection.sendall(request)
    answer = connection.recv(65536)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
    return answer
