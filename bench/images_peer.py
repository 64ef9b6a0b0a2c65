"""What the peers of bench/images.py do with the same folder; runs in their own environment.

    python bench/images_peer.py cleanvision|imagededup|imagehash FOLDER

Prints one JSON object: seconds, and what was found.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path


def cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


SUFFIXES = (".jpg", ".png", ".webp")


def cleanvision(folder: str) -> dict[str, int]:
    from cleanvision import Imagelab

    lab = Imagelab(data_path=folder)
    # Its issues that ours overlap with: all but low information.
    kinds = ("dark", "light", "blurry", "odd_aspect_ratio", "odd_size", "grayscale",
             "exact_duplicates", "near_duplicates")  # fmt: skip
    lab.find_issues({kind: {} for kind in kinds}, n_jobs=2, verbose=False)
    counts = lab.issue_summary.set_index("issue_type")["num_images"].to_dict()
    return {name: int(count) for name, count in counts.items()}


def imagededup(folder: str) -> dict[str, int]:
    from imagededup.methods import PHash

    # Its default distance is 10; 6 is what ours looks for.
    found = PHash(verbose=False).find_duplicates(
        image_dir=folder, max_distance_threshold=6, recursive=True,
        num_enc_workers=2, num_dist_workers=2,
    )  # fmt: skip
    return {"near_duplicates": sum(bool(others) for others in found.values())}


def imagehash(folder: str) -> dict[str, int]:
    import imagehash as ih
    from PIL import Image

    hashes = []
    for path in sorted(Path(folder).rglob("*")):
        if path.suffix in SUFFIXES:
            with Image.open(path) as image:
                hashes.append(ih.phash(image))
    alike = [False] * len(hashes)
    for at, one in enumerate(hashes):
        for other in range(at):
            if one - hashes[other] <= 6:
                alike[at] = alike[other] = True
    return {"near_duplicates": sum(alike)}


if __name__ == "__main__":
    which = {"cleanvision": cleanvision, "imagededup": imagededup, "imagehash": imagehash}[
        sys.argv[1]
    ]
    import importlib

    importlib.import_module(sys.argv[1])  # what modules take to load is not counted, for nobody
    began, used = time.perf_counter(), cpu_s()
    counts = which(sys.argv[2])
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "cpu_s": cpu_s() - used, "found": counts}))
