"""A real Slurm: the job is one command line, the sandbox is made inside it, a lost node changes nothing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dure.sandbox import kernel
from tests.node import alliance
from tests.node.alliance import Alliance, finish, services_inside, start
from tests.sandbox.users import package_folders
from tests.trials.jobs.nodes import PATIENCE_S, Store, prepared, put

pytestmark = [pytest.mark.slurm, pytest.mark.root, pytest.mark.slow]

WORK = ("trials", "work", "--engine", "slurm")
NOBODY, NOGROUP = 65534, 65534


def said(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def made(tmp_path: Path) -> Alliance:
    return prepared(tmp_path / "made")


@pytest.fixture
def store(made: Alliance) -> Iterator[Store]:
    with closing(Store(made)) as found:
        yield found


def on_cluster(made: Alliance, *words: str) -> subprocess.Popen[str]:
    """Start a worker that hands jobs to the cluster."""
    return start(made, *WORK, *words, environment={"SLURM_CONF": os.environ["SLURM_CONF"]})


def test_a_run_goes_through_slurm_and_its_node_is_lost_in_the_middle(made, store):
    """The lost node's process lives on and reports late: there is one result, of the second attempt."""
    run = put(made)
    worker = on_cluster(made, "--until-empty")
    lost = store.when(run, lambda job: job.progress == "algorithm")
    zombie = store.pid(run)
    os.kill(zombie, signal.SIGSTOP)
    node = said("squeue", "--noheader", "--format=%N", f"--jobs={lost.native_id}").strip()
    daemon = Path(os.environ["DURE_TEST_SLURM"], f"{node}.pid")
    step = Path(f"/proc/{zombie}/stat").read_text().rsplit(")", 1)[1].split()[1]
    try:
        os.kill(int(daemon.read_text()), signal.SIGKILL)
        said("scontrol", "update", f"nodename={node}", "state=down", "reason=lost")
        # Slurm lets a job whose node was lost wait for two minutes; nobody has to, here.
        said("scontrol", "update", f"jobid={lost.native_id}", "starttime=now")
        out = finish(worker)
        assert out.status == 0, out
        ended = store.job(run)
        assert (ended.state, ended.attempt, ended.lost) == ("done", 2, 1)
        result = store.run(run)
        assert (result["status"], result["outcome"]) == ("done", "ok")
        os.kill(zombie, signal.SIGCONT)
        wait_until(lambda: not Path(f"/proc/{zombie}").exists() or _state(zombie) == "Z")
    finally:
        for pid in (zombie, int(step)):
            _kill(pid)
        said("slurmd", "-N", node)
        wait_until(lambda: said("sinfo", "-ho", "%T", "-n", node).strip() == "idle")
    assert store.run(run) == result
    assert store.job(run) == ended
    with services_inside(), made.open() as node_:
        assert len(node_.trials.list()["runs"]) == 1
        assert node_.trials.show(run)["result"]["figures"]
    left = {path.suffix for path in (made.home() / "door/jobs").rglob("*.*")}
    assert left <= {".sh", ".out", ".ec", ".nodefile"}  # of the job that was ending just then


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return "Z"


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def test_a_run_that_waits_on_the_cluster_is_cancelled_there(made, store):
    run = put(made)
    worker = on_cluster(made, "--until-empty", "--partition", "users")  # none of its nodes is up
    store.when(run, lambda job: bool(job.native_id))
    native = store.job(run).native_id
    with services_inside(), made.open() as node:
        assert node.jobs.cancel(run)["cancelling"]
    assert finish(worker).status == 0
    assert store.job(run).state == "cancelled"
    assert said("squeue", "--noheader", "--states=pending,running", f"--jobs={native}") == ""


def test_what_the_cluster_refuses_waits_on(made, store):
    run = put(made)
    out = finish(on_cluster(made, "--until-empty", "--partition", "nowhere"))
    assert (out.status, "[trials.engine]" in out.err) == (240, True)
    assert (store.job(run).state, store.job(run).lost) == ("queued", 0)


# ── as an ordinary user ────────────────────────────────────────────────────────────────────────


@pytest.fixture
def readable() -> Iterator[Path]:
    """A folder that everybody may enter, where `bound` puts the interpreter and this checkout."""
    made = Path(tempfile.mkdtemp(prefix="dure-user-"))
    made.chmod(0o755)
    for name in _binds():
        (made / name).mkdir()
    yield made
    shutil.rmtree(made)


def _binds() -> dict[str, Path]:
    repository = Path(__file__).resolve().parents[3]
    sites = {f"site{number}": path for number, path in enumerate(package_folders())}
    return {"py": Path(sys.base_prefix), "repository": repository, **sites}


def bound(folder: Path, uid: int) -> Callable[[], None]:
    """Return what a child does first: bind all of it there, and become that user."""

    def become() -> None:
        kernel.unshare(kernel.CLONE_NEWNS)
        kernel.make_private()
        for name, source in _binds().items():
            kernel.bind_read_only(str(source), str(folder / name))
        if uid:
            os.setgroups([])
            os.setresgid(NOGROUP, NOGROUP, NOGROUP)
            os.setresuid(uid, uid, uid)

    return become


def test_the_sandbox_is_made_inside_an_ordinary_user_s_job(readable: Path):
    made = prepared(readable / "made")
    run = put(made)
    subprocess.run(["chown", "-R", f"{NOBODY}:{NOGROUP}", made.folder], check=True)
    scratch = Path(os.environ["DURE_TEST_SLURM"])
    daemon = subprocess.Popen(["slurmd", "-D", "-N", "n3"], preexec_fn=bound(readable, 0))
    program = Path(os.path.realpath(sys._base_executable)).relative_to(sys.base_prefix)
    paths = [readable / "repository/src", *(readable / n for n in _binds() if n[:4] == "site")]
    try:
        out = subprocess.run(
            [
                str(readable / "py" / program),
                *("-P", "-c", "from dure.cli.main import run; run()"),
                *alliance._options(made, "bravo", ""),
                *(*WORK, "--until-empty", "--partition", "users"),
            ],
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": ":".join(map(str, paths)),
                "PYTHONDONTWRITEBYTECODE": "1",
                "SLURM_CONF": os.environ["SLURM_CONF"],
            },
            preexec_fn=bound(readable, NOBODY),
            cwd="/",
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    finally:
        daemon.terminate()
        daemon.wait()
        (scratch / "n3.pid").unlink(missing_ok=True)
    assert out.returncode == 0, out
    with closing(Store(made)) as store:
        assert (store.job(run).state, store.run(run)["outcome"]) == ("done", "ok"), out
    subprocess.run(["chown", "-R", "0:0", made.folder], check=True)
