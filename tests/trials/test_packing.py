"""One spelling for each set of files; every other spelling is refused."""

import io
import os
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.trials import packing
from dure.trials.errors import TrialsError
from dure.trials.packing import MOST_FILES, pack, read_folder, unpack

PART = st.text("abcXYZ019_-.", min_size=1, max_size=12).filter(lambda part: part[0] not in ".-")
NAMES = st.lists(PART, min_size=1, max_size=4).map("/".join)
FILES = st.dictionaries(NAMES, st.binary(max_size=1500), min_size=1, max_size=8).filter(
    lambda files: not any(a != b and b.startswith(a + "/") for a in files for b in files)
)


@given(FILES)
def test_round_trip(files):
    assert unpack(pack(files)) == files


@given(FILES, st.randoms())
def test_order_does_not_matter(files, random):
    shuffled = list(files.items())
    random.shuffle(shuffled)
    assert pack(dict(shuffled)) == pack(files)


@given(FILES, st.data())
def test_a_changed_byte_is_refused_or_is_content(files, data):
    packed = bytearray(pack(files))
    position = data.draw(st.integers(0, len(packed) - 1))
    packed[position] ^= data.draw(st.integers(1, 255))
    try:
        read = unpack(bytes(packed))
    except TrialsError:
        return
    assert pack(read) == bytes(packed)


@given(st.binary(max_size=4096))
def test_any_bytes_end_in_the_one_error(data):
    with pytest.raises(TrialsError, match=r"trials\.package"):
        unpack(data)


def test_standard_tools_read_it():
    with tarfile.open(fileobj=io.BytesIO(pack({"a/b.py": b"x", "c": b""}))) as archive:
        assert archive.getnames() == ["a/b.py", "c"]


def _tar(*members, form=tarfile.USTAR_FORMAT):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for info, content in members:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def _member(name, **changes):
    info = tarfile.TarInfo(name)
    for key, value in changes.items():
        setattr(info, key, value)
    return info


def _rest(archive):
    """Cut tarfile's padding to ten KiB down to the two empty blocks of the one spelling."""
    return archive.rstrip(b"\0") + bytes(-len(archive.rstrip(b"\0")) % 512) + bytes(1024)


def test_control_the_standard_library_can_write_the_one_spelling():
    assert unpack(_rest(_tar((_member("a"), b"x")))) == {"a": b"x"}


@pytest.mark.parametrize(
    "member",
    [
        _member("../a"),
        _member("/etc/passwd"),
        _member("a/../b"),
        _member("a//b"),
        _member("./a"),
        _member("a\\b"),
        _member("a b"),
        _member(".hidden"),
        _member("a\nb"),
        _member("a", mode=0o777),
        _member("a", uid=1),
        _member("a", mtime=5),
        _member("a", uname="root"),
        _member("a", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        _member("a", type=tarfile.LNKTYPE, linkname="b"),
        _member("a", type=tarfile.DIRTYPE),
        _member("a", type=tarfile.FIFOTYPE),
        _member("a", type=tarfile.CHRTYPE, devmajor=1),
        _member("a", type=tarfile.GNUTYPE_SPARSE),
        _member("a", type=tarfile.CONTTYPE),
        _member("/".join("a" * 12)),
    ],
    ids=lambda info: ascii((info.name, info.type, info.mode)),
)
def test_adversarial_members(member):
    with pytest.raises(TrialsError, match=r"trials\.package"):
        unpack(_rest(_tar((member, b""))))


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_extension_headers_are_refused(form):
    with pytest.raises(TrialsError, match=r"trials\.package"):
        unpack(_rest(_tar((_member("a/" * 60 + "b"), b"x"), form=form)))


@pytest.mark.parametrize(
    "members",
    [
        [("b", b""), ("a", b"")],
        [("a", b"1"), ("a", b"2")],
        [("a", b"1"), ("a/b", b"2")],
    ],
    ids=["unsorted", "twice", "file-and-folder"],
)
def test_adversarial_orders(members):
    with pytest.raises(TrialsError, match=r"trials\.package"):
        unpack(_rest(_tar(*((_member(name), content) for name, content in members))))


@pytest.mark.parametrize(
    "damage",
    [
        lambda packed: packed[:-1],
        lambda packed: packed + b"\0",
        lambda packed: packed + b"PK\x05\x06",
        lambda packed: packed[:512],
        lambda packed: packed[:600],
        lambda packed: packed[:513] + b"\1" + packed[514:],
        lambda packed: packed[:124] + b"77777777777\0" + packed[136:],
        lambda packed: packed[:124] + b"-0000000001\0" + packed[136:],
        lambda _: bytes(1024),
        lambda _: b"",
    ],
)
def test_damage(damage):
    with pytest.raises(TrialsError, match=r"trials\.package"):
        unpack(damage(pack({"a": b"x"})))


def test_bounds(monkeypatch):
    assert len(unpack(pack({f"f{n:03}": b"" for n in range(MOST_FILES)}))) == MOST_FILES
    with pytest.raises(TrialsError, match=r"trials\.folder"):
        pack({f"f{n:03}": b"" for n in range(MOST_FILES + 1)})
    with pytest.raises(TrialsError, match=r"trials\.folder"):
        pack({})
    packed = pack({"a": b"x" * 1000, "b": b"x" * 1000})
    many = pack({f"f{n:03}": b"" for n in range(MOST_FILES)})
    monkeypatch.setattr(packing, "MOST_FILES", 10)
    with pytest.raises(TrialsError, match="too many"):
        unpack(many)
    monkeypatch.setattr(packing, "MOST_BYTES", 1500)
    with pytest.raises(TrialsError, match="too large"):
        unpack(packed)
    with pytest.raises(TrialsError, match="too large"):
        pack({"a": b"x" * 1501})
    with pytest.raises(TrialsError, match="too large"):
        unpack(bytes(1 << 20))


@pytest.mark.parametrize("name", ["../x", "/x", ".x", "a/.x", "é", "a" * 101, "a b", ""])
def test_names_that_are_never_packed(name):
    with pytest.raises(TrialsError, match=r"trials\.folder"):
        pack({name: b""})


def test_a_folder(tmp_path):
    (tmp_path / "sub/__pycache__").mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    (tmp_path / "algorithm.toml").write_bytes(b"t")
    (tmp_path / "sub/a.py").write_bytes(b"a")
    (tmp_path / "sub/a.pyc").write_bytes(b"no")
    (tmp_path / ".secret").write_bytes(b"no")
    assert read_folder(tmp_path) == {"algorithm.toml": b"t", "sub/a.py": b"a"}


def _link(folder):
    (folder / "x").symlink_to("/etc/passwd")


def _deep(folder):
    (folder / "/".join("abcdefghij")).mkdir(parents=True)


def _pipe(folder):
    os.mkfifo(folder / "x")


def _large(folder):
    with (folder / "x").open("wb") as file:
        file.truncate(packing.MOST_BYTES + 1)


def _many(folder):
    for number in range(MOST_FILES + 1):
        (folder / f"f{number}").touch()


@pytest.mark.parametrize("spoil", [_link, _deep, _pipe, _large, _many])
def test_folders_that_are_refused(tmp_path, spoil):
    (tmp_path / "ok").write_bytes(b"x")
    assert read_folder(tmp_path) == {"ok": b"x"}
    spoil(tmp_path)
    with pytest.raises(TrialsError, match=r"trials\.folder"):
        read_folder(tmp_path)


def test_a_missing_folder(tmp_path):
    with pytest.raises(TrialsError, match="no such file"):
        read_folder(tmp_path / "none")


def test_a_file_that_goes_away_or_becomes_a_link(tmp_path):
    (tmp_path / "a").symlink_to("b")
    with pytest.raises(TrialsError, match=r"trials\.folder"):
        packing._read_plain(str(tmp_path / "a"), "a", 10)
