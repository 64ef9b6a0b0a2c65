"""Every probe against the sandbox of this host, as root and as an ordinary user, and each wall taken down."""

from __future__ import annotations

import json
import os
import shutil
import signal
import struct
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dure.sandbox import box, launching
from dure.sandbox.tasks import Bind, Limits, Outcome, Task
from dure.trials import figures
from dure.trials.gates import ladder
from dure.trials.outcomes import OutcomeClass
from dure.trials.probes import archives, channels, inside, models, parsers, results
from dure.trials.probes.canaries import canaries
from dure.trials.probes.catalogue import CATALOGUE, FAMILIES, Control
from dure.trials.probes.report import verdict_of
from dure.trials.probes.suite import ProbeOutcome, run_suite
from dure.trials.probes.weakened import LOOSE
from tests.sandbox.users import run_as_ordinary_user

# What a container, a setting or another machine may withhold even outside the sandbox: there the
# attempt is contained all the same, and not counted.
OF_SOME_KERNELS = {
    *("network.udp6-loopback", "network.netlink", "network.raw-packet", "network.raw-internet"),
    *("network.vsock", "files.kernel-setting", "files.kernel-log", "files.kernel-addresses"),
    *("files.kernel-memory", "files.sysrq", "files.make-device", "files.run-from-tmp"),
    *("files.control-groups", "files.host-interrupts", "files.host-kernel-keys"),
    *("files.host-control-groups", "files.host-disks", "files.host-kernel-build"),
    *("files.host-locks", "files.host-ports", "files.watch-shared-folder"),
    *("files.host-modules", "files.host-pressure", "files.graphics-device"),
    *("processes.join-namespace", "processes.user-namespace", "processes.raise-limit"),
    *("processes.user-namespace-by-clone", "processes.calls-of-32-bits", "processes.huge-pages"),
    *("processes.spare-from-oom", "calls.keyring", "calls.add-key", "calls.join-keyring-session"),
    *("calls.io-uring", "calls.bpf", "calls.perf", "calls.userfaultfd", "calls.file-handle"),
    *("calls.local-descriptors", "calls.message-queue", "calls.posix-queue", "calls.watch-files"),
    *("calls.secret-memory", "calls.io-ports", "calls.lock-memory", "calls.compare-processes"),
    *("calls.move-pages", "models.custom-library"),
}


def check(found: tuple[ProbeOutcome, ...]) -> None:
    assert [one for one in found if one.outcome in {"escaped", "unprobed"}] == []
    assert len(found) >= 110
    assert sum(one.counted for one in found) >= 90
    silent = {one.name for one in found if one.control == "failed"}
    assert silent <= OF_SOME_KERNELS
    # Each family is shown to be held, not only the many.
    assert {one.name.partition(".")[0] for one in found if one.counted} == set(FAMILIES)


@pytest.mark.slow
def test_nothing_escapes() -> None:
    check(run_suite())
    assert processes_of_the_probes() == []


_AS_ANOTHER = """
import json
from dure.trials.probes.suite import run_suite
print(json.dumps([[o.name, o.outcome, o.seen, o.where, o.control, o.reached] for o in run_suite()]))
"""


@pytest.mark.root
@pytest.mark.slow
def test_nothing_escapes_an_ordinary_users_sandbox_either() -> None:
    # pytest's own folders are closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="dure-user-"))
    try:
        ended = run_as_ordinary_user(["-c", _AS_ANOTHER], folder)
    finally:
        shutil.rmtree(folder)
    assert ended.returncode == 0, ended.stderr
    found = tuple(ProbeOutcome(*row) for row in json.loads(ended.stdout))
    check(found)
    assert Counter(one.control for one in found)["needs-root"] > 10


def processes_of_the_probes() -> list[str]:
    """Return the processes of runs that this process had made: their clues name it."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                told = json.loads((folder / "root" / "in" / "clues.json").read_bytes())
            except OSError:
                continue
            if told["process"] == os.getpid():
                found.append(folder.name)
    return found


def test_the_search_for_such_processes_would_find_one() -> None:
    seen = []

    def runner(task: Task, inputs: Mapping[str, bytes]) -> Outcome:
        argv = (*task.argv[:-3], "-c", "import signal; signal.pause()")
        task = replace(task, argv=argv, limits=Limits(wall_s=20))
        over = threading.Event()

        def look() -> None:
            while not seen and not over.is_set():
                seen.extend(processes_of_the_probes())
            for process in seen:
                os.kill(int(process), signal.SIGKILL)

        watcher = threading.Thread(target=look)
        watcher.start()
        try:
            return box.run(task, inputs)
        finally:
            over.set()
            watcher.join()

    run_suite(["network"], runner=runner, controls=False)
    assert seen
    assert processes_of_the_probes() == []


@pytest.mark.exhaustive
def test_every_control_says_what_it_reached(tmp_path: Path) -> None:
    """The controls that are made outside, made here, where a defect of one would be seen."""
    names = [one.name for one in CATALOGUE if one.control in {Control.BARE, Control.NAIVE}]
    with canaries() as clues:
        told = {"names": names, "how": inside.OUTSIDE, "out": str(tmp_path), "flags": []}
        found = inside.main({**clues, **told})
    assert {name for name, (outcome, _) in found.items() if outcome == "unprobed"} == set()
    silent = {name for name, (outcome, _) in found.items() if outcome == "contained"}
    assert silent <= OF_SOME_KERNELS
    assert found["network.tcp-loopback"] == ("escaped", "connected to a service of the host")
    assert found["files.host-file"] == ("escaped", "32 characters")  # the canary's, and not told


# ── each wall taken down: the verdict of its family flips ──────────────────────────────────────
def of(family: str, runner: Callable[[Task, Mapping[str, bytes]], Outcome]) -> dict[str, str]:
    found = run_suite([family], runner=runner, controls=False)
    assert {one.control for one in found} == {"not-made"}
    return {one.name: one.outcome for one in found}


@pytest.mark.parametrize(
    ("family", "escaped"),
    [
        ("network", {"network.tcp-listen", "network.netlink"}),
        ("calls", {"calls.keyring", "calls.personality", "calls.vmsplice"}),
        ("processes", {"processes.read-memory", "processes.escape-parent-death"}),
    ],
)
def test_without_the_filter_of_calls(
    family: str, escaped: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    allow_all = struct.pack("HBBI", 0x06, 0, 0, 0x7FFF0000)
    monkeypatch.setattr(launching, "filter_program", lambda *_, **__: allow_all)
    found = of(family, box.run)
    assert {name for name in escaped if found[name] != "escaped"} == set()
    assert verdict_of(list(found.values())) == "escaped"


def test_with_a_folder_of_the_host_bound() -> None:
    def runner(task: Task, inputs: Mapping[str, bytes]) -> Outcome:
        told = json.loads(inputs["clues.json"])
        shown = Path(told["file"]).parent
        told["file"] = "/etc/shown/secret"
        bound = replace(task, binds=(*task.binds, Bind(shown, "/etc/shown")))
        return box.run(bound, {"clues.json": json.dumps(told).encode()})

    for family, names in (
        ("files", {"files.host-file", "files.climb-out", "files.host-file-through-proc"}),
        ("models", {"models.onnx-absolute-weights", "models.onnx-climbing-weights"}),
    ):
        found = of(family, runner)
        assert {name for name in names if found[name] != "escaped"} == set(), family


def test_with_wide_limits() -> None:
    def runner(task: Task, inputs: Mapping[str, bytes]) -> Outcome:
        told = json.loads(inputs["clues.json"])
        if told["how"] == inside.TOGETHER:  # those show it one by one, in the suite's own control
            return Outcome("done", "", 0, {}, (), b"", 0, 0, 0)
        told["names"] = [name for name in told["names"] if name in LITTLE]
        return box.run(replace(task, limits=LOOSE), {"clues.json": json.dumps(told).encode()})

    found = of("resources", runner)
    assert {name for name in LITTLE if found[name] != "escaped"} == set()


LITTLE = {"resources.processes", "resources.fill-out", "resources.hole", "resources.open-files"}


def test_with_a_careless_reader_of_outputs() -> None:
    def runner(task: Task, inputs: Mapping[str, bytes]) -> Outcome:
        ended = box.run(task, inputs)
        secret = json.loads(inputs["clues.json"])["secret"].encode()
        taken = {name: secret for name, _ in ended.refused} | {"swapped": secret}
        return replace(ended, outputs={**ended.outputs, **taken})

    found = of("outputs", runner)
    assert found["outputs.link"] == found["outputs.swapped"] == "escaped"
    assert found["outputs.pipe"] == "contained"  # it could not even be made


def in_this_process(folder: Path) -> Callable[[Task, Mapping[str, bytes]], Outcome]:
    """Make the attempts here, where a test can take a wall down."""

    def runner(task: Task, inputs: Mapping[str, bytes]) -> Outcome:
        told = json.loads(inputs["clues.json"])
        own = {name for name in told["names"] if name not in ELSEWHERE}
        made: dict[str, Any] = told | {
            "names": sorted(own),
            "leave": False,
            "how": inside.TOGETHER,
            "scratch": str(folder),
        }
        seen = json.dumps(inside.main(made)).encode()
        return Outcome("done", "", 0, {"outcomes.json": seen}, (), b"", 0, 0, 0)

    return runner


CLASSES = {"exit": OutcomeClass.ALGORITHM_ERROR, "signal": OutcomeClass.LIMIT_EXCEEDED}
ELSEWHERE = {"models.custom-library"}


@pytest.mark.parametrize(
    ("family", "module", "wall", "careless"),
    [
        ("parsers", parsers, "read_predictions", lambda *_, **__: None),
        ("parsers", parsers, "gated", lambda *_, **__: OutcomeClass.OK),
        ("parsers", parsers, "read_manifest", lambda _: None),
        ("parsers", parsers, "parse_canonical", json.loads),
        ("archives", archives, "unpack", lambda _: {}),
        ("archives", archives, "read_folder", lambda _: {}),
        ("models", models, "unpack", lambda _: {}),
        ("models", models, "read_predictions", lambda *_, **__: None),
        ("models", models, "find_pickle", lambda _: ""),
        ("channels", channels, "class_of", lambda *told: CLASSES.get(told[1], OutcomeClass.OK)),
        ("channels", figures, "DIGITS", 17),
        ("channels", channels, "gated", lambda *_, **__: OutcomeClass.OK),
        ("channels", channels, "printable", lambda text: text),
        ("results", ladder, "step", lambda *_: 0.0),
        ("results", results, "_by_standing", results._by_value),
    ],
)
def test_with_a_careless_reader_in_place_of_ours(
    family: str,
    module: Any,
    wall: str,
    careless: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    held, taken = tmp_path / "held", tmp_path / "taken"
    held.mkdir()
    taken.mkdir()
    before = of_readers(family, in_this_process(held))
    assert verdict_of(before) == "contained"
    monkeypatch.setattr(module, wall, careless)
    assert verdict_of(of_readers(family, in_this_process(taken))) == "escaped"


def of_readers(family: str, runner: Callable[[Task, Mapping[str, bytes]], Outcome]) -> list[str]:
    found = of(family, runner)
    return [
        outcome
        for name, outcome in found.items()
        if name not in ELSEWHERE and not name.startswith("models.onnx")
    ]


def test_what_is_made_outside_stays_in_its_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """The packages that climb out, taken by the careless reader, climb into what is thrown away."""
    with tempfile.TemporaryDirectory() as folder:  # a socket's path has about 100 bytes at most
        monkeypatch.setattr(tempfile, "tempdir", folder)
        found = run_suite(["archives", "outputs"])
        assert {one.control for one in found} == {"worked"}
        assert list(Path(folder).iterdir()) == []
