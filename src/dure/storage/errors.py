"""Errors of storage: exit statuses 20 to 34."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from dure.core.errors import DureError, ErrorSpec, table
from dure.core.system import reason_of
from dure.core.text import Text
from dure.storage.reasons import KINDS, REASONS

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class StorageError(DureError):
    """A database, a seal, the vault, a key file or a backup refused. Exit statuses 20 to 34."""

    WORDS = MappingProxyType({"reason": REASONS, "kind": KINDS})
    TABLE = table(
        [
            ErrorSpec(
                "storage.database",
                20,
                503,
                Text("The database can't be used.", "데이터베이스를 사용할 수 없습니다."),
                Text("{where}: {reason.en}.", "{where}: {reason.ko}."),
                Text(
                    "Check the path or the server, that no other process holds it, and that this "
                    "version of dure is not older than the database (dure node doctor).",
                    "경로나 서버가 맞는지, 다른 프로세스가 쓰고 있지 않은지, dure가 데이터베이스보다 "
                    "오래된 버전이 아닌지 확인하십시오 (dure node doctor).",
                ),
            ),
            ErrorSpec(
                "storage.file",
                21,
                422,
                Text("A file can't be read or written.", "파일을 읽거나 쓸 수 없습니다."),
                Text("{path}: {reason.en}.", "{path}: {reason.ko}."),
                Text(
                    "Check the path and its permissions, then try again.",
                    "경로와 권한을 확인한 뒤 다시 시도하십시오.",
                ),
            ),
            ErrorSpec(
                "storage.conflict",
                22,
                409,
                Text(
                    "Something else is already there under this name.",
                    "같은 이름의 것이 이미 있습니다.",
                ),
                Text("{name}: {reason.en}.", "{name}: {reason.ko}."),
                Text(
                    "Nothing was overwritten. Choose another name, or remove the old one first.",
                    "덮어쓴 것은 없습니다. 다른 이름을 쓰거나 기존의 것을 먼저 치우십시오.",
                ),
            ),
            ErrorSpec(
                "storage.seal-header",
                23,
                422,
                Text("The seal's header is not right.", "봉인의 머리글이 올바르지 않습니다."),
                Text(
                    "{where}: the header was altered, is of another format, "
                    "or belongs to another key.",
                    "{where}: 머리글이 변조되었거나, 다른 형식이거나, 다른 키로 봉인되었습니다.",
                ),
                Text(
                    "Use the key it was sealed with; if that is the one, take the file from a "
                    "backup.",
                    "봉인할 때 쓴 키를 사용하십시오. 키가 맞다면 백업에서 파일을 복원하십시오.",
                ),
            ),
            ErrorSpec(
                "storage.seal-truncated",
                24,
                422,
                Text("The sealed content ends too early.", "봉인된 내용이 중간에 끊겼습니다."),
                Text(
                    "{where}: it ends at block {index}, before the block that is marked final.",
                    "{where}: 마지막 블록이 나오기 전에 {index}번 블록에서 끝났습니다.",
                ),
                Text(
                    "Copy it again in full, or take it from a backup.",
                    "전체를 다시 복사하거나 백업에서 복원하십시오.",
                ),
            ),
            ErrorSpec(
                "storage.seal-reordered",
                25,
                422,
                Text(
                    "Blocks of the sealed content are out of order.",
                    "봉인된 내용의 블록 순서가 어긋났습니다.",
                ),
                Text(
                    "{where}: at block {index} a block stands that belongs elsewhere in this seal.",
                    "{where}: {index}번 자리에 이 봉인의 다른 자리에 있어야 할 블록이 있습니다.",
                ),
                Text(
                    "Someone or something rearranged it: report it, and take it from a backup.",
                    "순서가 바뀐 경위를 신고하고 백업에서 복원하십시오.",
                ),
            ),
            ErrorSpec(
                "storage.seal-swapped",
                26,
                422,
                Text(
                    "A part of another seal was put in here.",
                    "다른 봉인의 일부가 끼워져 있습니다.",
                ),
                Text(
                    "{where}: block {index} belongs to another seal.",
                    "{where}: {index}번 블록은 다른 봉인에 속합니다.",
                ),
                Text(
                    "Someone or something exchanged it: report it, and take it from a backup.",
                    "바뀐 경위를 신고하고 백업에서 복원하십시오.",
                ),
            ),
            ErrorSpec(
                "storage.seal-altered",
                27,
                422,
                Text("The sealed content was altered.", "봉인된 내용이 변조되었습니다."),
                Text(
                    "{where}: block {index} does not authenticate.",
                    "{where}: {index}번 블록의 인증이 실패했습니다.",
                ),
                Text(
                    "Check the disk or the carrier, report it, and take the content from a backup.",
                    "디스크나 이동 매체를 점검하고, 신고한 뒤 백업에서 복원하십시오.",
                ),
            ),
            ErrorSpec(
                "storage.no-space",
                28,
                507,
                Text("There is no space left.", "저장 공간이 없습니다."),
                Text(
                    "{path} could not be written in full; what was written was taken back.",
                    "{path}: 끝까지 쓰지 못했으며, 쓰던 내용은 되돌렸습니다.",
                ),
                Text(
                    "Free space or enlarge the disk or quota, then run the same command again.",
                    "공간을 비우거나 디스크 또는 할당량을 늘린 뒤 같은 명령을 다시 실행하십시오.",
                ),
            ),
            ErrorSpec(
                "storage.vault",
                29,
                409,
                Text("The vault can't be used so.", "격리 저장소를 이렇게 사용할 수 없습니다."),
                Text("{where}: {reason.en}.", "{where}: {reason.ko}."),
                Text(
                    "Check the URL and the server's keys of a vault in a bucket; run dure node doctor where there "
                    "is a node; restore the vault from a backup if pages are missing.",
                    "버킷에 있는 격리 저장소라면 URL과 접속 키를 확인하고, 노드가 있으면 dure node doctor를 "
                    "실행하십시오. 빠진 페이지가 있으면 백업에서 복원하십시오.",
                ),
            ),
            ErrorSpec(
                "storage.unknown",
                30,
                404,
                Text("There is no such thing here.", "여기에 없는 것입니다."),
                Text("No {kind.en} is named {name}.", "해당하는 {kind.ko}이(가) 없습니다: {name}."),
                Text(
                    "Check the name; it may have been shredded or withdrawn.",
                    "이름을 확인하십시오. 파기되었거나 철회되었을 수 있습니다.",
                ),
            ),
            ErrorSpec(
                "storage.passphrase",
                31,
                401,
                Text("The passphrase is not accepted.", "이 암호문구를 쓸 수 없습니다."),
                Text("{path}: {reason.en}.", "{path}: {reason.ko}."),
                Text(
                    "Enter the passphrase of this key file; if it is lost, use the recovery key.",
                    "이 키 파일의 암호문구를 입력하십시오. 잊었다면 복구 키를 사용하십시오.",
                ),
            ),
            ErrorSpec(
                "storage.key-file",
                32,
                422,
                Text("The key file can't be used.", "키 파일을 사용할 수 없습니다."),
                Text("{path}: {reason.en}.", "{path}: {reason.ko}."),
                Text(
                    "Check the path; if the file is damaged, take it from your safe copy.",
                    "경로를 확인하고, 파일이 손상되었다면 보관해 둔 사본을 쓰십시오.",
                ),
            ),
            ErrorSpec(
                "storage.key-mode",
                33,
                403,
                Text(
                    "Others could read this secret file.",
                    "다른 사용자가 이 비밀 파일을 읽을 수 있습니다.",
                ),
                Text(
                    "{path} has mode {mode} and owner {owner}; it must be yours alone.",
                    "{path}의 모드는 {mode}, 소유자는 {owner}입니다. 본인만 접근할 수 있어야 합니다.",
                ),
                Text(
                    "Make it so (chmod 600, chown), and treat the secret as seen by others.",
                    "권한을 고치고(chmod 600, chown), 이미 노출된 비밀로 간주하십시오.",
                ),
            ),
            ErrorSpec(
                "storage.backup",
                34,
                409,
                Text("The backup can't be used so.", "백업을 이렇게 사용할 수 없습니다."),
                Text("{where}: {reason.en}.", "{where}: {reason.ko}."),
                Text(
                    "Restore into empty stores, from a complete backup, with its own key.",
                    "온전한 백업을 그 백업의 키로, 비어 있는 저장 단위에 복원하십시오.",
                ),
            ),
        ]
    )


def from_os(error: OSError, path: Path | str) -> StorageError:
    """Return our error for one of the operating system's: no space, or a file that refuses.

    Parameters
    ----------
    error
        What the system said.
    path
        What the caller was reading or writing, for the message.
    """
    if error.errno in _FULL:
        return StorageError("storage.no-space", path=str(path))
    return StorageError("storage.file", path=str(path), reason=reason_of(error))


@contextmanager
def files(path: Path | str) -> Iterator[None]:
    """Turn every ``OSError`` of the body into ``storage.no-space`` or ``storage.file``."""
    try:
        yield
    except OSError as error:
        raise from_os(error, path) from error
