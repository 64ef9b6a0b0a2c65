"""What the operating system refuses, in words: the names of its errors in both languages."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from types import MappingProxyType

from dure.core.text import Text

_KNOWN = {
    "EACCES": Text("permission denied", "접근 권한이 없습니다"),
    "EADDRINUSE": Text("the address is in use", "주소가 이미 쓰이고 있습니다"),
    "EAGAIN": Text("it is busy at the moment", "지금은 사용 중입니다"),
    "EBADF": Text("the descriptor is not open", "열려 있지 않은 파일 서술자입니다"),
    "EBUSY": Text("it is in use", "사용 중입니다"),
    "ECONNREFUSED": Text("nobody listens there", "응답하는 프로세스가 없습니다"),
    "ECONNRESET": Text("the other side broke off", "상대가 연결을 끊었습니다"),
    "EDQUOT": Text("the disk quota is used up", "디스크 할당량을 다 썼습니다"),
    "EEXIST": Text("it is there already", "이미 있습니다"),
    "EFBIG": Text("the file is too large", "파일이 너무 큽니다"),
    "EINVAL": Text("it can't be used so", "이렇게는 쓸 수 없습니다"),
    "EIO": Text("the disk or device failed", "디스크 또는 장치에 오류가 났습니다"),
    "EISDIR": Text("it is a folder", "폴더입니다"),
    "ELOOP": Text("it is a link, or too many links", "링크이거나 링크가 너무 많습니다"),
    "EMFILE": Text("too many files are open", "열린 파일이 너무 많습니다"),
    "ENAMETOOLONG": Text("the name is too long", "이름이 너무 깁니다"),
    "ENFILE": Text("too many files are open", "열린 파일이 너무 많습니다"),
    "ENODEV": Text("there is no such device", "그런 장치가 없습니다"),
    "ENOENT": Text("no such file or folder", "그런 파일이나 폴더가 없습니다"),
    "ENOMEM": Text("there is no memory left", "메모리가 부족합니다"),
    "ENOSPC": Text("no space left on the disk", "디스크에 남은 공간이 없습니다"),
    "ENOTDIR": Text("a part of the path is no folder", "경로의 일부가 폴더가 아닙니다"),
    "ENOTEMPTY": Text("the folder is not empty", "폴더가 비어 있지 않습니다"),
    "ENXIO": Text("nobody is at the other end", "상대편이 없습니다"),
    "EPERM": Text("operation not permitted", "허용되지 않은 동작입니다"),
    "EPIPE": Text("the other side is gone", "상대가 사라졌습니다"),
    "EROFS": Text("the file system is read-only", "읽기 전용 파일 시스템입니다"),
    "ETIMEDOUT": Text("it took too long", "시간이 너무 오래 걸렸습니다"),
    "ETXTBSY": Text("the program is running", "실행 중인 프로그램입니다"),
    "EXDEV": Text("it is on another file system", "다른 파일 시스템에 있습니다"),
}

_OTHER = Text("the system refuses ({name})", "시스템이 거부했습니다 ({name})")

UNKNOWN = "no-errno"
"""The code of an error that the system gave no number."""

SYSTEM: Mapping[str, Text] = MappingProxyType(
    {name: _KNOWN.get(name) or _OTHER.fill(name=name) for name in errno.errorcode.values()}
    | {UNKNOWN: Text("the system refuses", "시스템이 거부했습니다")}
)
"""Name of a system error (``errno``) -> its words."""


def reason_of(error: OSError) -> str:
    """Return the code of a system error: a key of `SYSTEM`.

    Examples
    --------
    >>> SYSTEM[reason_of(FileNotFoundError(errno.ENOENT, "gone"))].en
    'no such file or folder'
    """
    return errno.errorcode.get(error.errno or 0, UNKNOWN)
