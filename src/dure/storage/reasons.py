"""Why storage says no, and what is unknown: each code, and its words for people.

An error carries the code (``error.facts["reason"]``); what the operating system refuses has the
codes of `dure.core.system`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.core.system import SYSTEM
from dure.core.text import Text

REASONS: Mapping[str, Text] = MappingProxyType(
    {
        **SYSTEM,
        # the database
        "busy": Text(
            "another process held the writer's turn too long",
            "다른 프로세스가 너무 오래 쓰고 있습니다",
        ),
        "other-schema": Text(
            "its schema is not the one this version knows", "스키마가 이 버전의 것과 다릅니다"
        ),
        "newer-schema": Text(
            "its {store} schema is one that this version of dure does not know",
            "{store} 스키마가 이 버전의 dure보다 새것입니다",
        ),
        "read-only": Text("it can't be written to", "쓸 수 없습니다"),
        "disk": Text("the disk failed", "디스크에 오류가 발생했습니다"),
        "not-sqlite": Text(
            "the file is not a database, or it is damaged",
            "데이터베이스 파일이 아니거나 손상되었습니다",
        ),
        "unopened": Text("the file can't be opened", "파일을 열 수 없습니다"),
        "raced": Text(
            "another process changed the same rows", "다른 프로세스가 같은 행을 바꾸었습니다"
        ),
        "no-server": Text("the server can't be reached", "서버에 연결할 수 없습니다"),
        "server": Text("the server refuses", "서버가 거부했습니다"),
        "dangling": Text("a foreign key dangles", "외래 키가 가리키는 행이 없습니다"),
        "not-url": Text("it is not a database URL", "데이터베이스 URL이 아닙니다"),
        "unknown-driver": Text(
            "only sqlite and postgresql are known", "sqlite와 postgresql만 쓸 수 있습니다"
        ),
        "no-file-name": Text("it names no file", "파일 이름이 없습니다"),
        # files and names
        "exists": Text("it is there already", "이미 있습니다"),
        "not-plain": Text("it is not a regular file", "일반 파일이 아닙니다"),
        "too-long": Text("it is too long", "너무 깁니다"),
        "other-asset": Text("another asset has this id", "다른 자산이 이 식별자를 씁니다"),
        # the vault
        "pages-there": Text(
            "the folder holds the pages of a vault", "폴더에 이미 격리 저장소의 페이지가 있습니다"
        ),
        "index-there": Text(
            "the store holds a vault's index", "저장 단위에 이미 격리 저장소의 색인이 있습니다"
        ),
        "no-vault": Text("no vault was created here", "여기에는 격리 저장소가 없습니다"),
        "other-index": Text("the folder belongs to another index", "다른 색인에 속한 폴더입니다"),
        "rotated": Text(
            "its keys were rotated since this process opened it; open it again",
            "이 프로세스가 연 뒤에 키가 교체되었으니 다시 여십시오",
        ),
        "handle": Text(
            "a version's handle is not its own", "판의 가명 식별자가 그 판의 것이 아닙니다"
        ),
        "writing": Text("content is being written at the moment", "지금 내용을 쓰고 있습니다"),
        "page-missing": Text("page {page} is missing", "{page} 페이지가 없습니다"),
        "page-key-missing": Text(
            "the key of page {page} is missing", "{page} 페이지의 키가 없습니다"
        ),
        "not-as-put": Text(
            "the pages are not the content that was put", "페이지의 내용이 넣을 때와 다릅니다"
        ),
        "locked-identity-secret": Text(
            "the key does not open the identity secret", "이 키로 신원 비밀값을 열 수 없습니다"
        ),
        "locked-handle-secret": Text(
            "the key does not open the handle secret", "이 키로 가명 식별자 비밀값을 열 수 없습니다"
        ),
        "locked-page-key": Text(
            "the key does not open the page key", "이 키로 페이지 키를 열 수 없습니다"
        ),
        "locked-version-key": Text(
            "the key does not open the version key", "이 키로 판의 키를 열 수 없습니다"
        ),
        "locked-facts": Text(
            "the key does not open the facts", "이 키로 판의 정보를 열 수 없습니다"
        ),
        "locked-references": Text(
            "the key does not open the references", "이 키로 페이지 참조를 열 수 없습니다"
        ),
        # a vault in a bucket
        "not-bucket": Text(
            "it is not https://HOST/BUCKET/PREFIX, of letters, digits, dots, hyphens and underscores, "
            "with nothing but ?region= behind it",
            "https://호스트/버킷/접두어 형식(영문자, 숫자, 점, 붙임표, 밑줄)이 아니거나 뒤에 ?region= 말고 "
            "다른 것이 붙어 있습니다",
        ),
        "secret-in-url": Text(
            "a secret belongs in the credentials' file, not in the URL",
            "비밀값은 URL이 아니라 접속 정보 파일에 적어야 합니다",
        ),
        "no-tls": Text(
            "plain HTTP goes to loopback (127.0.0.1) alone; use https",
            "http는 루프백(127.0.0.1)에만 쓸 수 있으니 https를 쓰십시오",
        ),
        "no-credentials": Text(
            "it is not TOML with access_key_id and secret_access_key (and session_token or "
            "certificate), all of them text",
            "access_key_id와 secret_access_key(필요하면 session_token, certificate)를 문자열로 적은 "
            "TOML이 아닙니다",
        ),
        "credentials-missing": Text(
            "a vault in a bucket takes a file with its server's keys (--vault-credentials)",
            "버킷에 있는 격리 저장소에는 접속 키를 적은 파일(--vault-credentials)이 필요합니다",
        ),
        "credentials-unused": Text(
            "the server's keys are given, but no bucket (--vault-url)",
            "접속 키는 있는데 버킷(--vault-url)이 지정되지 않았습니다",
        ),
        "not-certificate": Text(
            "the certificate in the credentials' file is not PEM",
            "접속 정보 파일의 인증서가 PEM 형식이 아닙니다",
        ),
        "no-s3-server": Text(
            "the S3 server can't be reached, broke off, or shows a certificate that isn't trusted",
            "S3 서버에 연결할 수 없거나, 연결이 끊겼거나, 서버의 인증서를 신뢰할 수 없습니다",
        ),
        "bucket-refused": Text(
            "the S3 server refuses these credentials, or what they ask for",
            "S3 서버가 접속 정보나 요청을 거부했습니다",
        ),
        "bucket-failed": Text(
            "the S3 server answered with an error", "S3 서버가 오류로 응답했습니다"
        ),
        "list-endless": Text(
            "the S3 server's list of what lies there goes on beyond {most} entries",
            "S3 서버의 목록이 {most}개를 넘어 계속됩니다",
        ),
        "no-bucket": Text("the S3 server has no such bucket", "S3 서버에 그런 버킷이 없습니다"),
        "no-place": Text(
            "no vault has this place in the bucket", "버킷의 이 자리를 쓰는 격리 저장소가 없습니다"
        ),
        # key files and passphrases
        "halves": Text("the two halves don't fit", "두 부분이 서로 맞지 않습니다"),
        "other-format": Text("it is not {format}", "{format} 형식이 아닙니다"),
        "damaged": Text("it is damaged", "손상되었습니다"),
        "locked-part": Text("its locked part is malformed", "잠긴 부분의 형식이 잘못되었습니다"),
        "clear-part": Text("its clear part is malformed", "공개 부분의 형식이 잘못되었습니다"),
        "card": Text("its card is malformed", "공개 카드의 형식이 잘못되었습니다"),
        "unknown-kind": Text("its kind is unknown", "알 수 없는 종류입니다"),
        "other-recovery": Text(
            "it is not locked for this recovery key", "이 복구 키로 잠근 것이 아닙니다"
        ),
        "key-length": Text("its key has a wrong length", "키의 길이가 잘못되었습니다"),
        "wrong": Text("this passphrase does not open it", "이 암호문구로 열리지 않습니다"),
        "differ": Text("the two entries differ", "두 번 입력한 값이 다릅니다"),
        "none": Text("no passphrase was entered", "암호문구를 입력하지 않았습니다"),
        "too-short": Text(
            "a new passphrase has {least} bytes or more",
            "새 암호문구는 {least}바이트 이상이어야 합니다",
        ),
        # backups
        "not-manifest": Text("it is not a manifest", "백업 명세서가 아닙니다"),
        "altered-or-other-key": Text(
            "it was altered, or the key is another", "변조되었거나 다른 키입니다"
        ),
        "unknown-format": Text("its format is unknown", "알 수 없는 형식입니다"),
        "other-parts": Text(
            "it holds other stores or vaults", "다른 저장 단위나 격리 저장소가 담겨 있습니다"
        ),
        "store-not-empty": Text("the store is not empty", "저장 단위가 비어 있지 않습니다"),
        "not-empty": Text("it is not empty", "비어 있지 않습니다"),
        "exchanged": Text("it was altered or exchanged", "변조되었거나 다른 것으로 바뀌었습니다"),
        "altered": Text("it was altered", "변조되었습니다"),
        "not-files": Text(
            "it is not an archive of a node's files", "노드 파일의 보관본이 아닙니다"
        ),
        "no-table": Text("the store has no such table", "저장 단위에 그런 테이블이 없습니다"),
    }
)
"""Why storage says no."""

KINDS: Mapping[str, Text] = MappingProxyType(
    {
        "asset": Text("asset", "자산"),
        "version": Text("version", "판"),
        "incarnation": Text("incarnation", "복원 차수"),
    }
)
"""What is unknown."""
