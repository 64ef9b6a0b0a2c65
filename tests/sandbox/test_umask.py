"""A strict umask: of whoever starts a run, and of whoever checked out or installed what it sees.

As root a run has a throw-away user, who is not the one that all this belongs to.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dure.sandbox import bubblewrap, runtime
from dure.sandbox.box import run
from dure.sandbox.errors import SandboxError
from dure.sandbox.host import probe_host
from dure.sandbox.runtime import python_command
from dure.sandbox.tasks import Bind
from tests.sandbox.users import run_as_ordinary_user

BUSY = """
import os, pathlib, polars, dure.readers.worker
pathlib.Path("/out/a").write_bytes(pathlib.Path("/in/a").read_bytes())
pathlib.Path("/tmp/b").write_text("b")
"""


@pytest.fixture(params=[0o077, 0o027, 0o777])
def strict(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="dure-umask-"))
    yield made
    shutil.rmtree(made)


def test_the_callers_umask_closes_nothing_to_the_run(strict: None) -> None:
    outcome = run(python_command(["-c", BUSY], inputs=["a"]), {"a": b"content"})
    assert outcome.status == "done", outcome.stdout
    assert outcome.outputs == {"a": b"content"}
    assert probe_host().tier == "A"


@pytest.mark.root
def test_nor_to_an_ordinary_users(folder: Path) -> None:
    mask = "import os; os.umask(0o077)\n"
    script = (
        mask + "from dure.sandbox.box import run\nfrom dure.sandbox.host import probe_host\n"
        "from dure.sandbox.runtime import python_command\n"
        f"ended = run(python_command(['-c', {BUSY!r}], inputs=['a']), {{'a': b'content'}})\n"
        "print(ended.status, ended.outputs, probe_host().tier)"
    )
    ended = run_as_ordinary_user(["-c", script], folder)
    assert ended.stdout == "done {'a': b'content'} A\n", ended.stderr


def closed_copy(source: Path, target: Path) -> Path:
    """Copy a folder or file as its owner's alone, below a folder that nobody else may enter."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "tests"))
    else:
        shutil.copy2(source, target)
    for path in (target, *target.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o077)
    return target


def opened(path: Path) -> None:
    """As ``chmod -R a+rX``."""
    for each in (path, *path.rglob("*")):
        mode = each.stat().st_mode
        each.chmod(mode | (0o555 if mode & 0o100 else 0o444))


def refusal(task) -> SandboxError:
    with pytest.raises(SandboxError) as caught:
        run(task)
    assert caught.value.code == "sandbox.source"
    assert caught.value.facts["reason"] == "closed"
    return caught.value


@pytest.mark.root
def test_what_the_runs_user_can_not_read_is_named_with_what_to_do(folder: Path) -> None:
    one, two, three = (folder / name for name in ("site/one", "site/two.py", "lone/three"))
    for path in (one / "deep", three):
        path.mkdir(parents=True)
    two.write_text("two = 2\n")
    for path in (one, two, three):
        path.chmod(path.stat().st_mode & ~0o077)
    binds = [Bind(path, f"/more/{path.name}") for path in (one, two, three)]
    task = python_command(["-c", "import os; os.listdir('/more/one')"], binds=binds)
    said = refusal(task)
    # Several of one folder are mended by opening that; what lies alone is named itself.
    assert f"chmod -R a+rX {three} {folder / 'site'}." in said.why
    assert f"chmod -R a+rX {three} {folder / 'site'}" in said.why_text.ko
    for path in (three, folder / "site"):
        opened(path)
    folder.chmod(0o700)  # the positive control: the way to it needs no opening
    assert run(task).status == "done"


@pytest.mark.root
def test_a_checkout_and_an_install_of_roots_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our own source and bubblewrap, as ``umask 077`` leaves them behind a clone and an install."""
    source = closed_copy(Path(runtime.__file__).parents[1], folder / "checkout" / "dure")
    _, folders = bubblewrap.program()
    kept = [closed_copy(Path(each), folder / "site" / Path(each).name) for each in folders]
    program = (bubblewrap.program()[0], [str(path) for path in kept])
    monkeypatch.setattr(runtime, "__file__", str(source / "sandbox" / "runtime.py"))
    monkeypatch.setattr("dure.sandbox.launching.program", lambda: program)
    runtime.own_source.cache_clear()
    try:
        said = refusal(python_command(["-c", BUSY]))
        assert str(source) in said.why
        assert str(folder / "site") in said.why
        report = probe_host()  # the doctors say it too
        assert report.tier == "none"
        assert f"chmod -R a+rX {source}" in report.findings[0].words.en
        for path in (source, *kept):
            opened(path)
        task = python_command(["-c", BUSY], inputs=["a"])
        assert run(task, {"a": b"content"}).status == "done"
        # One file alone, as after an update of the checkout.
        (source / "readers" / "worker.py").chmod(0o600)
        runtime.own_source.cache_clear()
        with pytest.raises(SandboxError) as caught:
            python_command(["-c", BUSY])
        assert f"chmod -R a+rX {source}" in caught.value.why
        assert probe_host().findings[0].code == "sandbox.source"
    finally:
        runtime.own_source.cache_clear()


@pytest.mark.root
def test_an_ordinary_user_needs_nothing_opened(folder: Path) -> None:
    """Whose files they are, whoever's: the run has that user's own rights."""
    closed = closed_copy(Path(__file__).parent, folder / "own" / "more")
    for path in (closed.parent, closed, *closed.rglob("*")):
        os.chown(path, 54321, 54321)
    script = (
        "from pathlib import Path\nfrom dure.sandbox.box import run\n"
        "from dure.sandbox.errors import SandboxError\n"
        "from dure.sandbox.runtime import python_command\nfrom dure.sandbox.tasks import Bind\n"
        "import sys\n"
        "for path in sys.argv[1:]:\n"
        "    listing = ['-c', \"import os; os.listdir('/more')\"]\n"
        "    task = python_command(listing, packages=False, binds=[Bind(Path(path), '/more')])\n"
        "    try: print(run(task).status)\n"
        "    except SandboxError as error: print(error.facts['reason'])\n"
    )
    roots = closed_copy(Path(__file__).parent, folder / "roots")
    ended = run_as_ordinary_user(["-c", script, str(closed), str(roots)], folder)
    assert ended.stdout == "done\nclosed\n", ended.stderr
