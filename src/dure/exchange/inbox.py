"""Receiving: every envelope is used once, whatever is carried to us how often.

A folder may hold envelopes for anybody, and may be offered any number of times. Per sender, those
for us are taken in order of number. One is first proven whole (header, payload, digest) and changes
nothing before that; then

1. its number is recorded as ``received`` (``inbox.recorded``);
2. the handler of its kind gets it (``inbox.delivered``);
3. the row becomes ``handled`` (``inbox.handled``).

A crash after 1 or 2 leaves ``received``: offering the same envelope again hands it over again, so a
handler must be idempotent by envelope id. From ``handled`` on it is a copy and refused as a replay,
and so is any other envelope under a number that was used. A missing number holds nothing back:
later ones are accepted, the gap is reported, and the missing one is accepted when it comes. One
that was refused has not spent its number, except that an authentic one past its life is recorded
as ``expired``, so that the node sees what it missed. A handler's refusal leaves ``received``, holds
back nobody else, and is met again at the next offering.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import insert, select, update

from dure.core import faults
from dure.core.errors import DureError
from dure.core.findings import Finding, Severity
from dure.core.text import Text
from dure.core.times import read_time
from dure.exchange.envelope import SUFFIX, SignedHeader, open_header, unpack
from dure.exchange.errors import ExchangeError
from dure.exchange.header import MAX_PAYLOAD, Header, Kind
from dure.exchange.membership import check, check_life
from dure.exchange.post import Post, status
from dure.exchange.tables import INBOX
from dure.storage.errors import files

SMALL_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Delivery:
    """An envelope that was proven whole, as its handler gets it.

    Parameters
    ----------
    id
        The envelope's id; a handler is idempotent by it.
    header
        Its header.
    chunks
        Gives the payload piece by piece, as often as it is called.
    """

    id: str
    header: Header
    chunks: Callable[[], Iterator[bytes]]

    def read(self, limit: int = SMALL_BYTES) -> bytes:
        """Return the whole payload.

        Raises
        ------
        ExchangeError
            ``exchange.malformed`` when it has more than ``limit`` bytes.
        """
        if self.header.payload_size > limit:
            raise ExchangeError("exchange.malformed", where="payload", reason="too-large")
        return b"".join(self.chunks())


Handler = Callable[[Delivery], None]


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A file that was refused, or whose handler refused it.

    Parameters
    ----------
    name
        The file's name.
    error
        Why.
    """

    name: str
    error: DureError


@dataclass(frozen=True, slots=True)
class Received:
    """What offering a folder came to.

    Parameters
    ----------
    handled
        Headers of the envelopes that were handled now, in order.
    refused
        Files that were refused; copies of handled envelopes are not among them.
    copies
        Names of files that were handled at an earlier time.
    unhandled
        Headers of envelopes that are recorded, but of a kind that nobody here handles.
    findings
        Gaps, refusals and copies, as findings.
    """

    handled: tuple[Header, ...]
    refused: tuple[RefusedFile, ...]
    copies: tuple[str, ...]
    unhandled: tuple[Header, ...]
    findings: tuple[Finding, ...]


def receive(
    post: Post,
    folder: Path,
    handlers: Mapping[Kind, Handler],
    *,
    limit: int = MAX_PAYLOAD,
) -> Received:
    """Take every envelope for us out of a folder; the folder itself is left as it is.

    Parameters
    ----------
    post
        The node's post.
    folder
        What stands for carried media.
    handlers
        For each kind, who takes it; idempotent by envelope id.
    limit
        Largest payload to accept, in bytes.

    Returns
    -------
    Received
        One bad file never keeps another from being taken; each refusal is reported here.

    Raises
    ------
    StorageError
        ``storage.file`` when the folder can't be read, ``storage.database``.
    """
    refused: list[RefusedFile] = []
    handled: list[Header] = []
    unhandled: list[Header] = []
    copies: list[str] = []
    with post.lock("receive"):
        for path in _in_order(post, folder, refused):
            try:
                header, outcome = _take(post, path, handlers, limit)
            except DureError as error:
                refused.append(RefusedFile(path.name, error))
                continue
            if outcome == "copy":
                copies.append(path.name)
            else:
                (handled if outcome == "handled" else unhandled).append(header)
    findings = (
        *(_refusal(item) for item in refused),
        *(_copy(name) for name in copies),
        *_gaps(post),
    )
    return Received(tuple(handled), tuple(refused), tuple(copies), tuple(unhandled), findings)


def _in_order(post: Post, folder: Path, refused: list[RefusedFile]) -> list[Path]:
    """Return the files that say they are for us, by sender and number."""
    with files(folder):
        paths = sorted(path for path in folder.iterdir() if path.name.endswith(SUFFIX))
    found = []
    for path in paths:
        try:
            with _opened(path) as stream, files(path):
                header = open_header(stream).header
            if path.name != header.file_name():
                raise ExchangeError("exchange.malformed", where="name", reason="not-the-headers")
        except DureError as error:
            refused.append(RefusedFile(path.name, error))
            continue
        if header.to == post.agency:
            found.append((header.sender, header.number, path))
    return [path for _, _, path in sorted(found)]


def _take(
    post: Post, path: Path, handlers: Mapping[Kind, Handler], limit: int
) -> tuple[Header, str]:
    """Take one file: ``handled``, ``unhandled`` or ``copy``."""
    with _opened(path) as stream:
        with files(path):
            signed = open_header(stream)
        header = signed.header
        check(signed, post.charter, agency=post.agency, charters=post.charters)
        id_ = header.id()
        state = _state(post, header, id_)
        if state in ("handled", "expired"):
            return header, "copy"
        if state == "":
            _in_life(post, header, id_)
        if header.payload_size > limit:
            raise ExchangeError("exchange.malformed", where="payload", reason="too-large")
        delivery = Delivery(id_, header, _proven(post, signed, stream, path))
        if state == "":
            _record(post, header, id_, "received")
        faults.point("inbox.recorded")
        handler = handlers.get(header.kind)
        if handler is None:
            return header, "unhandled"
        handler(delivery)
    faults.point("inbox.delivered")
    _mark_handled(post, header)
    faults.point("inbox.handled")
    return header, "handled"


def _in_life(post: Post, header: Header, id_: str) -> None:
    now = post.now()
    try:
        check_life(header, now)
    except ExchangeError:
        if now >= read_time(header.expires):
            _record(post, header, id_, "expired")
        raise


def _proven(
    post: Post, signed: SignedHeader, stream: BinaryIO, path: Path
) -> Callable[[], Iterator[bytes]]:
    """Open the payload once to its end; return how to have it again."""
    start = stream.tell()

    def whole() -> Iterator[bytes]:
        # The medium may have changed since the last time; header, seal id and key fix every block,
        # so a changed one is refused and never another content handed over.
        with files(path):
            stream.seek(start)
            yield from unpack(stream, signed, post.unwrap)

    if signed.header.payload_size <= SMALL_BYTES:
        payload = b"".join(whole())
        return lambda: iter((payload,) if payload else ())
    for _ in whole():
        pass
    return whole


def _state(post: Post, header: Header, id_: str) -> str:
    """Return the state of this envelope's number, "" when it was not used."""
    with post.database.read() as connection:
        row = connection.execute(
            select(INBOX.c.envelope_id, INBOX.c.state).where(
                INBOX.c.agency == header.sender, INBOX.c.number == header.number
            )
        ).first()
    if row is None:
        return ""
    if row.envelope_id != id_:
        raise ExchangeError(
            "exchange.replayed",
            number=header.number,
            agency=header.sender,
            reason="other-envelope",
        )
    return str(row.state)


def _record(post: Post, header: Header, id_: str, state: str) -> None:
    with post.database.write() as connection:
        connection.execute(
            insert(INBOX).values(
                agency=header.sender,
                number=header.number,
                kind=header.kind.value,
                envelope_id=id_,
                payload_digest=header.payload_digest,
                created_at=read_time(header.created),
                state=state,
                received_at=post.now(),
            )
        )


def _mark_handled(post: Post, header: Header) -> None:
    with post.database.write() as connection:
        connection.execute(
            update(INBOX)
            .where(INBOX.c.agency == header.sender, INBOX.c.number == header.number)
            .values(state="handled", handled_at=post.now())
        )


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open a plain file of a medium that may hold anything: no link, no pipe, no device."""
    with files(path):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ExchangeError("exchange.malformed", where="file", reason="not-plain")
        with open(descriptor, "rb", closefd=False) as stream:
            yield stream
    finally:
        os.close(descriptor)


def _refusal(item: RefusedFile) -> Finding:
    error = item.error
    return Finding(
        code=error.code,
        severity=Severity.ERROR,
        subject=item.name,
        locator="",
        words=error.what_text,
        next_step=error.next_text,
    )


def _copy(name: str) -> Finding:
    return Finding(
        code="exchange.copy",
        severity=Severity.INFO,
        subject=name,
        locator="",
        words=Text(
            "This envelope was taken at an earlier time.", "이 봉투는 이전에 이미 처리되었습니다."
        ),
        next_step=Text("Nothing to do.", "할 일이 없습니다."),
    )


def _gaps(post: Post) -> Iterator[Finding]:
    for standing in status(post.database):
        for first, last in standing.gaps:
            yield Finding(
                code="exchange.gap",
                severity=Severity.WARNING,
                subject=standing.agency,
                locator=str(first) if first == last else f"{first}-{last}",
                words=Text(
                    "Envelopes of these numbers have not arrived; later ones have.",
                    "이 번호의 봉투는 도착하지 않았지만 그 뒤 번호는 도착했습니다.",
                ),
                next_step=Text(
                    "Ask the sender to send them again (dure exchange send --again).",
                    "보낸 기관에 다시 보내 달라고 요청하십시오 (dure exchange send --again).",
                ),
            )
