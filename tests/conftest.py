"""What every test stands on: no network, hypothesis profiles, and no silent skip under CI."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# Trees of small samples: threads that wait for each other take minutes where cores are shared.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# ── hypothesis ─────────────────────────────────────────────────────────────────────────────────
# dev: quick, random. ci: the same cases on every run, more of them. thorough: hours to spend.
_common: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("dev", max_examples=60, **_common)
settings.register_profile("ci", max_examples=100, derandomize=True, **_common)
settings.register_profile("thorough", max_examples=5_000, **_common)

UNDER_CI = os.environ.get("CI", "").lower() in {"1", "true"}
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if UNDER_CI else "dev"))


# ── sockets ────────────────────────────────────────────────────────────────────────────────────
class SocketRefusedError(AssertionError):
    """A test tried to reach beyond this machine."""


def _refuse_beyond_this_machine(sock: socket.socket, address: Any) -> None:
    if sock.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
        raise SocketRefusedError("tests reach loopback and unix sockets only")


def _is_loopback(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in {"localhost", ""}:
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def only_loopback_sockets() -> Iterator[None]:
    """Refuse every connection, datagram and name look-up that would leave this machine.

    It guards Python's own sockets in this process. What runs in the sandbox has no network
    anyway, and the tests of the sandbox attack exactly that.
    """
    plain = socket.socket
    patch = pytest.MonkeyPatch()
    connect, connect_ex = plain.connect, plain.connect_ex
    sendto, sendmsg, look_up = plain.sendto, plain.sendmsg, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _refuse_beyond_this_machine(self, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_beyond_this_machine(self, address)
        return connect_ex(self, address)

    def guarded_sendto(self: socket.socket, data: Any, *rest: Any) -> int:
        _refuse_beyond_this_machine(self, rest[-1])
        return sendto(self, data, *rest)

    def guarded_sendmsg(self: socket.socket, *given: Any) -> int:
        if len(given) > 3 and given[3] is not None:
            _refuse_beyond_this_machine(self, given[3])
        return sendmsg(self, *given)

    def guarded_look_up(host: Any, *rest: Any, **named: Any) -> Any:
        if host is not None and not _is_loopback(host):
            raise SocketRefusedError("tests look up no names beyond this machine")
        return look_up(host, *rest, **named)

    patch.setattr(plain, "connect", guarded_connect)
    patch.setattr(plain, "connect_ex", guarded_connect_ex)
    patch.setattr(plain, "sendto", guarded_sendto)
    patch.setattr(plain, "sendmsg", guarded_sendmsg)
    patch.setattr(socket, "getaddrinfo", guarded_look_up)
    yield
    patch.undo()


# ── what this machine has ──────────────────────────────────────────────────────────────────────
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what this machine can't show, saying what it lacks; begin with the files that take long.

    A file stays with one worker: one that takes minutes would have the others wait for it if it came last.
    """
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
    lacking = {
        "root": None if os.geteuid() == 0 else "takes root: it becomes several uids in turn",
        "postgres": None
        if os.environ.get("DURE_TEST_POSTGRES")
        else "takes PostgreSQL: make postgres-start, then . ./.postgres.env",
        "s3": None
        if os.environ.get("DURE_TEST_S3")
        else "takes an S3 server: make s3-start, then . ./.s3.env",
        "slurm": None
        if os.environ.get("DURE_TEST_SLURM")
        else "takes a Slurm cluster: make slurm-start, then . ./.slurm.env",
    }
    for item in items:
        for marker, reason in lacking.items():
            if reason and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Under CI a skipped test is a failed one, except where outside data is what it lacks."""
    report = yield
    expected = hasattr(report, "wasxfail") or item.get_closest_marker("third_party_data")
    if UNDER_CI and report.skipped and not expected:
        _fail(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Any:
    """Under CI a module that skips itself while it is collected fails likewise."""
    report = yield
    if UNDER_CI and report.skipped:
        _fail(report)
    return report


def _fail(report: Any) -> None:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    report.outcome = "failed"
    report.longrepr = f"skipped under CI, where nothing may be missing: {reason}"
