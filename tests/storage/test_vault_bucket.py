"""A vault in a bucket: what is written down of it, a server that dies or refuses, kill -9, memory."""

from __future__ import annotations

import http.client
import http.server
import ipaddress
import os
import ssl
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from dure.storage.database import open_database
from dure.storage.errors import StorageError
from dure.storage.vault import Garbage, Vault, fixed_pages
from dure.storage.vault import versions as versions_module
from dure.storage.vault.address import (
    Address,
    Credentials,
    new_place,
    parse_address,
    read_credentials,
)
from dure.storage.vault.bucket import Bucket
from dure.storage.vault.pages import MAX_PAGE_BYTES
from tests.storage import shelves
from tests.storage.conftest import create, run_child
from tests.storage.vault_child import CONTENT, KEK, OLD

BOUND = b"coast//O// REL * FOR *"
PLACE = "0" * 32
URL = f"https://s3.example:9000/vaults/coast/{PLACE}?region=kr-1"

PUT = [
    "vault.object.putting:1",
    "vault.object.putting:2",
    "vault.object.put:1",
    "vault.object.put:2",
    "vault.objects.put:1",
    "vault.objects.put:2",
    "vault.batch.recorded:1",
    "vault.version.recorded",
]
PUT_DONE = ["vault.version.done"]
SHRED_DONE = ["vault.drop.committed", "vault.objects.removed"]


def refused(work, *arguments, **more) -> StorageError:
    with pytest.raises(StorageError) as caught:
        list(work(*arguments, **more) or ())
    return caught.value


def reason(work, *arguments, **more) -> str:
    return str(refused(work, *arguments, **more).facts["reason"])


# ── what is written down ───────────────────────────────────────────────────────────────────────
def test_an_address_is_what_its_url_says():
    address = parse_address(URL)
    expected = Address("https://s3.example:9000", "vaults", f"coast/{PLACE}", "kr-1")
    assert (address, str(address)) == (expected, URL)
    assert str(parse_address("http://127.0.0.1:1/vaults")) == "http://127.0.0.1:1/vaults/"
    assert str(parse_address("https://[::1]/a/b")) == "https://[::1]/a/b"
    assert address.beside("1" * 32).path == "coast/" + "1" * 32
    assert Address("https://a", "b", "c").below("d").path == "c/d"
    assert new_place() != new_place()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://s3.example/vaults", "no-tls"),
        ("http://localhost.example/vaults", "no-tls"),
        ("https://key:secret-of-ours@s3.example/vaults", "secret-in-url"),
        ("https://s3.example", "not-bucket"),
        ("https://s3.example/vaults/../others", "not-bucket"),
        ("https://s3.example/vaults?region=kr&versionId=1", "not-bucket"),
        ("https://s3.example:port/vaults", "not-bucket"),
        ("ftp://s3.example/vaults", "not-bucket"),
        ("vaults", "not-bucket"),
    ],
)
def test_a_url_that_leads_elsewhere_is_refused(url, why):
    error = refused(parse_address, url)
    assert error.facts["reason"] == why
    assert "secret-of-ours" not in f"{error!r} {error}"


def test_credentials_are_a_file_of_ours_alone(tmp_path):
    file = tmp_path / "vault.credentials"
    file.write_text('access_key_id = "key-of-ours"\nsecret_access_key = "secret-of-ours"\n')
    file.chmod(0o600)
    found = read_credentials(file)
    assert (found.access_key_id, found.secret_access_key) == ("key-of-ours", "secret-of-ours")
    assert "of-ours" not in f"{found!r} {found} {Bucket(parse_address(URL), found)!r}"
    file.chmod(0o640)
    assert refused(read_credentials, file).code == "storage.key-mode"
    link = tmp_path / "link"
    link.symlink_to(file)
    assert refused(read_credentials, link).code == "storage.file"
    file.chmod(0o600)
    for wrong in (
        'secret_access_key = "secret-of-ours"',
        'access_key_id = "a"\nsecret_access_key = 7',
        'access_key_id = "a"\nsecret_access_key = "secret-of-ours"\nother = "b"',
        'secret_access_key = "secret-of-ours',
        "\udcff",
    ):
        file.write_text(wrong, errors="surrogateescape")
        error = refused(read_credentials, file)
        assert error.code == "storage.key-file"
        assert "of-ours" not in f"{error!r} {error} {error.__cause__!r}"


# ── a server that refuses, and one that dies ───────────────────────────────────────────────────
@pytest.fixture
def db(tmp_path):
    db = open_database(f"sqlite:///{tmp_path}/keeper.db")
    create(db)
    yield db
    db.close()


def credentials_of(**changed: str) -> Credentials:
    right = shelves.credentials()
    pair = {name: getattr(right, name) for name in ("access_key_id", "secret_access_key")}
    return Credentials(**(pair | changed))


@pytest.mark.s3
@pytest.mark.parametrize("wrong", ["access_key_id", "secret_access_key"])
def test_other_credentials_are_refused_and_never_said(tmp_path, db, wrong):
    bucket = shelves.new_bucket()
    Vault.create(tmp_path / "vault", db, KEK, shelf=bucket)
    other = Bucket(bucket.address, credentials_of(**{wrong: "other-than-theirs-is-this"}))
    error = refused(Vault.open, tmp_path / "vault", db, KEK, shelf=other)
    assert error.facts["reason"] == "bucket-refused"
    keys = (*os.environ["DURE_TEST_S3_KEYS"].split(":"), "other-than-theirs-is-this")
    assert not [key for key in keys if key in f"{error!r} {error} {error.__cause__!r}"]
    assert Vault.open(tmp_path / "vault", db, KEK, shelf=bucket).verify().clean


@pytest.mark.s3
def test_a_bucket_or_a_place_that_is_not_there(tmp_path, db):
    bucket = shelves.new_bucket()
    vault = Vault.create(tmp_path / "vault", db, KEK, shelf=bucket)
    put = vault.put([b"page" * 100], bound=BOUND)
    endpoint, path = bucket.address.endpoint, bucket.address.path
    nowhere = Bucket(Address(endpoint, "no-such-bucket", path), shelves.credentials())
    assert reason(Vault.open, tmp_path / "vault", db, KEK, shelf=nowhere) == "no-bucket"
    for verb in (nowhere.names, lambda: nowhere.put([("ab" * 16, [b"page"])])):
        assert reason(verb) == "no-bucket"
    assert reason(Vault.open, tmp_path / "vault", db, KEK, shelf=shelves.new_bucket()) == "no-place"
    assert b"".join(vault.read(put.handle)) == b"page" * 100


@pytest.mark.s3
def test_what_the_environment_says_is_not_heard(tmp_path, db, monkeypatch):
    for name, value in {
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
        "AWS_SKIP_SIGNATURE": "true",
        "AWS_SESSION_TOKEN": "other",
        "http_proxy": "http://127.0.0.1:1",
        "HTTPS_PROXY": "http://127.0.0.1:1",
    }.items():
        monkeypatch.setenv(name, value)
    Vault.create(tmp_path / "vault", db, KEK, shelf=shelves.new_bucket())
    assert os.environ["AWS_SKIP_SIGNATURE"] == "true"  # others may still want it


@pytest.mark.s3
def test_two_vaults_in_one_bucket_never_meet(tmp_path, db):
    first = Vault.create(tmp_path / "first", db, KEK, shelf=shelves.new_bucket("same"))
    other_db = open_database(f"sqlite:///{tmp_path}/other.db")
    create(other_db)
    second = Vault.create(tmp_path / "second", other_db, KEK, shelf=shelves.new_bucket("same"))
    one, two = (vault.put([b"page" * 100], bound=BOUND) for vault in (first, second))
    assert reason(Vault.open, first.root, db, KEK, shelf=second.shelf) == "other-index"
    assert second.collect_garbage() == Garbage(0, 0)
    second.shred(two.handle)
    assert b"".join(first.read(one.handle)) == b"page" * 100
    assert len(shelves.page_names(first)) == 1
    other_db.close()


class _Failing(http.server.BaseHTTPRequestHandler):
    """Passes on what it is asked; of PUTs only the first, then it breaks off, or answers an error."""

    status = 0
    puts = 0
    real = ""

    def do_PUT(self) -> None:
        type(self).puts += 1
        if self.puts == 1:
            self._pass_on()
        elif self.status:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_error(self.status)
        else:
            self.rfile.read(100)
            self.close_connection = True

    def do_POST(self) -> None:
        if self.status:
            self._pass_on()
        else:
            self.close_connection = True

    def _pass_on(self) -> None:
        real = http.client.HTTPConnection(self.real)
        real.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            real.putheader(name, value)
        real.endheaders(self.rfile.read(int(self.headers["Content-Length"])))
        answer = real.getresponse()
        content = answer.read()
        real.close()
        self.send_response(answer.status)
        self.send_header("ETag", answer.headers["ETag"] or '""')
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def failing(vault, status: int) -> Iterator[type[_Failing]]:
    """Have a vault's server fail, as far as the vault can see."""
    address = vault.shelf.address
    real = address.endpoint.removeprefix("http://")
    handler = type("Handler", (_Failing,), {"status": status, "real": real})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    between = Address(f"http://127.0.0.1:{server.server_port}", address.bucket, address.path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dure.storage.vault.bucket._RETRIES", 1)
        patch.setattr("dure.storage.vault.bucket.WRITERS", 1)
        patch.setattr(vault.shelf, "_store", Bucket(between, shelves.credentials())._store)
        yield handler
    server.shutdown()
    server.server_close()


@pytest.mark.s3
@pytest.mark.parametrize(
    ("status", "said"),
    [(0, "no-s3-server"), (400, "bucket-failed"), (403, "bucket-refused"), (507, "no-space")],
)
def test_a_server_that_fails_in_mid_write_leaves_nothing_half_done(tmp_path, db, status, said):
    vault = Vault.create(tmp_path / "vault", db, KEK, shelf=shelves.new_bucket())
    kept = vault.put([b"kept" * 100], bound=BOUND)
    with failing(vault, status) as server:
        error = refused(vault.put, [b"lost" * 100, b"too" * 100], bound=BOUND)
    assert said in (error.facts.get("reason"), error.code.removeprefix("storage."))
    assert error.next_step
    assert server.puts > 1
    check = vault.verify()
    assert check.clean
    assert check.versions == 1
    # A server that is gone can't remove the page that it took: that is garbage.
    assert check.garbage == Garbage(0, 0 if status else 1)
    assert vault.collect_garbage() == check.garbage
    assert b"".join(vault.read(kept.handle)) == b"kept" * 100
    assert vault.put([b"lost" * 100], bound=BOUND).size == 400


@pytest.mark.s3
def test_a_page_is_asked_for_before_anything_relies_on_it(tmp_path, db):
    """A server that doesn't say whether a page is there ends the put; one that says no gets it anew."""
    vault = Vault.create(tmp_path / "vault", db, KEK, shelf=shelves.new_bucket())
    kept = vault.put([b"kept" * 100, b"more" * 100], bound=BOUND)
    with failing(vault, 0):  # it answers no HEAD
        error = refused(vault.put, [b"kept" * 100], bound=b"another label")
    assert error.facts["reason"] in ("bucket-failed", "no-s3-server")
    assert vault.verify().versions == 1
    assert vault.shelf.missing(shelves.page_names(vault)) == set()
    first = shelves.page_names(vault)[0]
    vault.shelf.remove([first])
    assert vault.shelf.missing([first, *shelves.page_names(vault)]) == {first}
    assert vault.shelf.missing([]) == set()
    assert vault.put([b"kept" * 100, b"more" * 100], bound=BOUND) == kept
    assert vault.verify().clean


@pytest.mark.s3
def test_what_is_shredded_while_the_server_is_gone_is_shredded(tmp_path, db):
    vault = Vault.create(tmp_path / "vault", db, KEK, shelf=shelves.new_bucket())
    gone, kept = (vault.put([page * 100], bound=BOUND) for page in (b"gone", b"kept"))
    with failing(vault, 0):
        vault.shred(gone.handle)
    assert not vault.exists(gone.handle)
    assert vault.collect_garbage() == Garbage(0, 1)
    assert b"".join(vault.read(kept.handle)) == b"kept" * 100
    assert vault.verify().clean


class _Lying(http.server.BaseHTTPRequestHandler):
    """Says of every object that it is not there, in words of its own; or that it is endless."""

    size = 0

    def answer(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.send_response(200 if self.size else 404)
        self.send_header("ETag", '""')
        self.send_header("Last-Modified", "Mon, 05 Jan 2026 00:00:00 GMT")
        self.send_header("Content-Length", str(self.size or len(WORDS)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(bytes(min(self.size, 1 << 20)) or WORDS)

    def do_GET(self) -> None:
        self.answer()

    def do_PUT(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def log_message(self, *_: object) -> None:
        pass


WORDS = b"<Error><Code>Gone</Code><Message>words of the server</Message></Error>"


@contextmanager
def lying(monkeypatch, size: int) -> Iterator[Bucket]:
    monkeypatch.setattr("dure.storage.vault.bucket._RETRIES", 0)
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), type("Handler", (_Lying,), {"size": size})
    )
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    address = Address(f"http://127.0.0.1:{server.server_port}", "vaults", PLACE)
    yield Bucket(address, Credentials("a", "b"))
    server.shutdown()
    server.server_close()


def test_what_is_not_there_for_a_write_is_a_refusal_without_the_servers_words(monkeypatch):
    with lying(monkeypatch, 0) as bucket:
        assert bucket.get("ab" * 16) is None
        verbs = (lambda: bucket.put([("ab" * 16, [b"page"])]), lambda: bucket.remove(["ab" * 16]))
        for verb in (*verbs, bucket.names):
            error = refused(verb)
            assert error.facts["reason"] == "bucket-failed"
            assert "words of the server" not in f"{error!r} {error}"


def test_an_object_longer_than_any_page_is_not_taken(monkeypatch):
    with lying(monkeypatch, 1 << 10) as bucket:
        assert bucket.get("ab" * 16) == bytes(1 << 10)
    for size in (MAX_PAGE_BYTES + (2 << 20), 1 << 40):
        with lying(monkeypatch, size) as bucket:
            assert reason(bucket.get, "ab" * 16) == "not-as-put"


class _Listing(http.server.BaseHTTPRequestHandler):
    """Lists pages, two in an answer."""

    answers = 0
    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        more = self.asked < self.answers
        names = [f"{self.asked:032x}", f"{self.asked + (1 << 64):032x}"]
        listed = "".join(
            f"<Contents><Key>{PLACE}/{name[:2]}/{name}</Key><Size>1</Size><ETag>e</ETag>"
            "<LastModified>2026-01-05T00:00:00.000Z</LastModified></Contents>"
            for name in names
        )
        content = (
            '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult>'
            f"<IsTruncated>{'true' if more else 'false'}</IsTruncated>{listed}"
            + f"<NextContinuationToken>{self.asked}</NextContinuationToken>" * more
            + "</ListBucketResult>"
        ).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def listing(answers: int) -> Iterator[tuple[Bucket, type[_Listing]]]:
    handler = type("Handler", (_Listing,), {"answers": answers})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    address = Address(f"http://127.0.0.1:{server.server_port}", "vaults", PLACE)
    yield Bucket(address, Credentials("a", "b")), handler
    server.shutdown()
    server.server_close()


def test_an_endless_list_has_an_end():
    with listing(1 << 60) as (bucket, server):
        some = bucket.names(600)
        assert next(some) == f"{1:032x}"
        error = refused(lambda: some)
        assert (error.facts["reason"], error.facts["most"]) == ("list-endless", 600)
        assert server.asked < 1000
    with listing(300) as (bucket, _):
        assert len(list(bucket.names(600))) == 600  # one that ends is listed whole


class _Empty(http.server.BaseHTTPRequestHandler):
    """Says of every object that it is not there."""

    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass


def certificates(folder: Path) -> tuple[Path, str]:
    """Write a certificate of 127.0.0.1 and its key into a file; return it and its authority's PEM."""
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in ("tests", "server")
    ]
    now, day = datetime.now(UTC), timedelta(days=1)
    made = []
    for name, key in zip(names, keys, strict=True):
        builder = x509.CertificateBuilder(names[0], name, key.public_key())
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - day).not_valid_after(now + day)
        constraints = x509.BasicConstraints(ca=name is names[0], path_length=None)
        builder = builder.add_extension(constraints, critical=True)
        host = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        builder = builder.add_extension(x509.SubjectAlternativeName([host]), critical=False)
        made.append(builder.sign(keys[0], hashes.SHA256()).public_bytes(Encoding.PEM))
    file = folder / "server.pem"
    secret = keys[1].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + made[1])
    return file, made[0].decode()


def test_a_certificate_is_trusted_when_it_is_given_and_not_otherwise(tmp_path, monkeypatch):
    monkeypatch.setattr("dure.storage.vault.bucket._RETRIES", 0)
    file, ours = certificates(tmp_path)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Empty)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    address = Address(f"https://127.0.0.1:{server.server_port}", "vaults", PLACE)
    assert reason(Bucket(address, Credentials("a", "b", certificate=ours)).marked) == "no-place"
    assert reason(Bucket(address, Credentials("a", "b")).marked) == "no-s3-server"
    assert reason(Bucket, address, Credentials("a", "b", certificate="no PEM")) == "not-certificate"
    server.shutdown()
    server.server_close()


# ── kill -9 ────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def place(tmp_path, db):
    vault = Vault.create(tmp_path / "vault", db, KEK, shelf=shelves.new_bucket())
    handle = vault.put(OLD, bound=b"old").handle
    return vault, f"sqlite:///{tmp_path}/keeper.db", handle


def run(place, verb, fault=""):
    vault, url, handle = place
    words = (url, vault.root, verb, handle, vault.shelf.where)
    return run_child("tests.storage.vault_child", *words, fault=fault)


def tidy(vault) -> None:
    """Garbage goes, and nothing else does."""
    before = vault.verify()
    assert before.clean
    vault.collect_garbage()
    after = vault.verify()
    assert (after.clean, after.garbage) == (True, Garbage(0, 0))
    assert (before.versions, before.size) == (after.versions, after.size)


@pytest.mark.s3
@pytest.mark.parametrize("fault", PUT + PUT_DONE)
def test_kill_while_putting(place, fault):
    assert run(place, "put", fault).returncode == -9
    vault, _, old = place
    assert vault.verify().versions == 1 + (fault in PUT_DONE)
    tidy(vault)
    assert b"".join(vault.read(old)) == b"".join(OLD)
    again = run(place, "put")
    assert b"".join(vault.read(again.stdout.strip())) == b"".join(CONTENT)
    tidy(vault)


@pytest.mark.s3
@pytest.mark.parametrize("fault", SHRED_DONE)
def test_kill_while_shredding(place, fault):
    new = run(place, "put").stdout.strip()
    assert run(place, "shred", fault).returncode == -9
    vault, _, old = place
    assert not vault.exists(old)
    tidy(vault)
    assert b"".join(vault.read(new)) == b"".join(CONTENT)


@pytest.mark.s3
def test_kill_while_creating(tmp_path, db):
    bucket, url = shelves.new_bucket(), f"sqlite:///{tmp_path}/keeper.db"
    words = (url, tmp_path / "vault", "create", "-", bucket.where)
    assert run_child("tests.storage.vault_child", *words, fault="vault.marked").returncode == -9
    assert refused(Vault.create, tmp_path / "vault", db, KEK, shelf=bucket).code == (
        "storage.conflict"
    )
    Vault.create(tmp_path / "vault", db, KEK, shelf=shelves.new_bucket())  # it draws another place


# ── memory ─────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.s3
def test_a_long_content_takes_bounded_memory_and_comes_back_exactly(tmp_path, db, monkeypatch):
    monkeypatch.setattr(versions_module, "BATCH_BYTES", 1 << 20)
    vault = Vault.create(tmp_path / "vault", db, KEK, shelf=shelves.new_bucket())
    source = tmp_path / "content"
    with source.open("wb") as stream:
        for _ in range(24):
            stream.write(os.urandom(1 << 20))
    tracemalloc.start()
    with source.open("rb") as stream:
        put = vault.put(fixed_pages(stream, 1 << 18), bound=BOUND)
    with source.open("rb") as stream:
        assert all(chunk == stream.read(len(chunk)) for chunk in vault.read(put.handle))
        assert stream.read(1) == b""
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 << 20
    assert Path(source).stat().st_size == put.size == 24 << 20
