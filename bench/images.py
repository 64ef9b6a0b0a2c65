"""A folder of images inspected, beside cleanvision, imagededup and imagehash; and look-alikes at scale.

Everybody looks at the same folder: seeded pictures of 480 by 360 in the three formats that everybody here
reads, some of them blurred, dark, glaring, copied or made anew smaller and coarser. Ours is
`inspect_images` as a steward runs it: every byte digested, decoded in the sandbox, judged. cleanvision
runs the issues that ours overlap with; it looks for no damage, no split leak, nothing after an image's
end, no targets. imagededup and imagehash hash and compare alone. All have both cores and a warm process,
and take turns; processor time stands beside the clock.

Then memory at tenfold, each in a process of its own (this side and the largest run inside together), and
the search for look-alikes on random hashes, of which a tenth has a neighbour, beside comparing all pairs
in numpy (to 50,000).

The peers live in an environment of their own: cleanvision, imagededup, imagehash. Prints one JSON object
per figure.

    python bench/images.py [--peers /path/to/venv/bin/python] [--rounds 5] [--images 2000] [--only search]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
SUFFIXES = (".jpg", ".png", ".webp")
SIDES = (480, 360)


def scene(random: np.random.Generator) -> Any:
    from PIL import Image

    whole = np.zeros((SIDES[1], SIDES[0], 3), np.float32)
    for size in (4, 9, 17, 33, 65):
        small = random.normal(0, 1, (size, size, 3)).astype(np.float32)
        for colour in range(3):
            layer = Image.fromarray(small[..., colour]).resize(SIDES, Image.Resampling.BICUBIC)
            whole[..., colour] += np.asarray(layer) / size**0.5
    whole = 255 * (whole - whole.min()) / (whole.max() - whole.min())
    grain = random.normal(0, 8, whole.shape)
    return Image.fromarray((whole + grain).clip(0, 255).astype(np.uint8))


def make(folder: Path, count: int) -> dict[str, int]:
    """Make the folder; of each hundred 3 are copies, 5 made anew, 2 blurred, 2 dark, 2 glaring."""
    from PIL import ImageFilter

    random = np.random.default_rng(7)
    planted = dict.fromkeys(("copies", "near", "blurred", "dark", "glaring"), 0)
    last = scene(random), folder
    for number in range(count):
        place, kind = folder / ("a", "b")[number % 2] / f"{number:06d}", number % 100
        place.parent.mkdir(parents=True, exist_ok=True)
        if kind in (10, 20, 30):
            place = place.with_suffix(last[1].suffix)
            place.write_bytes(last[1].read_bytes())
            planted["copies"] += 1
            continue
        if kind in (40, 50, 60, 70, 80):
            last[0].resize((320, 240)).save(place.with_suffix(".jpg"), quality=70)
            planted["near"] += 1
            continue
        picture = scene(random)
        if kind in (15, 16):
            picture = picture.filter(ImageFilter.GaussianBlur(8))
            planted["blurred"] += 1
        if kind in (25, 26):
            picture = picture.point(lambda value: value // 8)
            planted["dark"] += 1
        if kind in (35, 36):
            picture = picture.point(lambda value: 224 + value // 9)
            planted["glaring"] += 1
        place = place.with_suffix(SUFFIXES[number % 3])
        picture.save(place)
        last = picture, place
    return planted


def dure(folder: Path) -> dict[str, int]:
    from dure.datasets.images.inspection import inspect_images

    found = inspect_images(folder, now_s=0.0)
    return dict(found.statistics.counts)


def cpu_s() -> float:
    """Return the processor time of this process and of the runs that it waited for."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


def timed(folder: Path, peers: str, rounds: int, count: int, planted: dict[str, int]) -> None:
    names = ["dure", *(("cleanvision", "imagededup", "imagehash") if peers else ())]
    seconds: dict[str, list[float]] = {name: [] for name in names}
    used: dict[str, list[float]] = {name: [] for name in names}
    found: dict[str, dict[str, int]] = {}
    dure(folder)
    for _ in range(rounds):
        for name in names:
            if name == "dure":
                began, cpu = time.perf_counter(), cpu_s()
                found[name] = dure(folder)
                seconds[name].append(time.perf_counter() - began)
                used[name].append(cpu_s() - cpu)
            else:
                command = [peers, str(ROOT / "bench" / "images_peer.py"), name, str(folder)]
                done = subprocess.run(
                    command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
                )
                told = json.loads(done.stdout.splitlines()[-1])
                seconds[name].append(told["seconds"])
                used[name].append(told["cpu_s"])
                found[name] = told["found"]
    ours = statistics.median(seconds["dure"])
    for name, each in seconds.items():
        median = statistics.median(each)
        print(json.dumps({
            "figure": f"images.inspect{'' if name == 'dure' else '.peer-' + name}",
            "images": count, "rounds": rounds, "median_s": round(median, 3),
            "least_s": round(min(each), 3), "most_s": round(max(each), 3),
            "times_ours": round(median / ours, 2), "cpu_s": round(statistics.median(used[name]), 2), "planted": str(planted), "found": str(found[name]),
        }))  # fmt: skip


def memory(folders: dict[int, Path]) -> None:
    for count, folder in folders.items():
        command = [sys.executable, str(Path(__file__)), "--inside", str(folder)]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        print(json.dumps({"figure": "images.memory", "images": count, **json.loads(done.stdout)}))


def inside(folder: Path) -> None:
    began = time.perf_counter()
    dure(folder)
    mib = {
        name: round(resource.getrusage(who).ru_maxrss / 1024)
        for name, who in (("rss_mib", resource.RUSAGE_SELF), ("largest_child_mib", resource.RUSAGE_CHILDREN))
    }  # fmt: skip
    print(json.dumps({"median_s": round(time.perf_counter() - began, 2), **mib}))


def hashes_of(count: int) -> np.ndarray:
    random = np.random.default_rng(count)
    found = random.integers(0, 1 << 64, count, np.uint64, endpoint=False)
    for at in range(1, count, 10):
        bits = random.choice(64, int(random.integers(0, 7)), replace=False)
        found[at] = found[at - 1] ^ np.uint64(sum(1 << int(bit) for bit in bits))
    return found


def all_pairs(hashes: np.ndarray) -> int:
    return sum(
        int((np.bitwise_count(hashes[at + 1 :] ^ hashes[at]) <= 6).sum())
        for at in range(len(hashes))
    )


def search(rounds: int) -> None:
    from dure.datasets.images.near import alike

    for count in (10_000, 50_000, 100_000, 200_000, 400_000, 1_000_000):
        hashes, each = hashes_of(count), []
        for _ in range(rounds if count <= 200_000 else 1):
            began = time.perf_counter()
            found = alike(hashes)
            each.append(time.perf_counter() - began)
        row = {
            "figure": "images.look-alikes", "images": count, "rounds": len(each),
            "median_s": round(statistics.median(each), 3), "compared": found.compared,
            "of_all_pairs": f"{found.compared / (count * (count - 1) / 2):.1e}",
            "joined": int(count - len(np.unique(found.groups))), "whole": found.whole,
        }  # fmt: skip
        if count <= 50_000:
            began = time.perf_counter()
            pairs = all_pairs(hashes)
            row |= {"all_pairs_s": round(time.perf_counter() - began, 3), "all_pairs_found": pairs}
        print(json.dumps(row), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--peers", default=os.environ.get("DURE_BENCH_IMAGE_PEERS", ""))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--only", choices=("inspect", "search"), default="")
    parser.add_argument("--inside", type=Path)
    given = parser.parse_args()
    sys.path.insert(0, str(ROOT / "src"))
    if given.inside:
        inside(given.inside)
        return
    if given.only != "search":
        with tempfile.TemporaryDirectory() as place:
            few, many = Path(place, "few"), Path(place, "many")
            planted = make(few, given.images)
            timed(few, given.peers, given.rounds, given.images, planted)
            for number in range(10):
                for path in sorted(few.rglob("*.*")):
                    target = many / str(number) / path.relative_to(few)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    os.link(path, target)
            memory({given.images: few, 10 * given.images: many})
    if given.only != "inspect":
        search(given.rounds)


if __name__ == "__main__":
    main()
