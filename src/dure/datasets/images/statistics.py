"""What is counted about the images of a folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dure.datasets.images.near import alike
from dure.datasets.images.targets import Targets, class_counts, outside
from dure.datasets.inspect.statistics import Histogram
from dure.readers.images.facts import FORMATS
from dure.readers.images.folder import Listing
from dure.readers.images.measuring import Image
from dure.readers.splits import split_of

TINY_PIXELS = 32
LONG_SIDES = 5.0
BLURRED = 12.0
DARK_MEAN, BRIGHT_MEAN = 0.1, 0.92
MOSTLY = 0.8
EXAMPLES = 12
MOST_LISTED = 20

_BINS = 24


@dataclass(frozen=True, slots=True)
class Size:
    """How many images have one size."""

    width: int
    height: int
    count: int


@dataclass(slots=True)
class ImageStatistics:
    """What was measured about a folder of images.

    Parameters
    ----------
    images
        How many files are named as images.
    size_bytes
        Their size together.
    faults
        Code of why an image can't be decoded -> how many.
    formats, modes, splits
        How many images have which format, which kind of pixel, and belong to which part.
    sizes, distinct_sizes
        The most frequent sizes, and how many there are.
    targets
        ``coco``, ``yolo``, ``folders`` or "".
    classes
        How often each class stands there: images, or boxes.
    boxes
        How many boxes.
    counts
        Code of what was looked for -> how many images (or boxes, or files) have it.
    examples
        The same code -> a few paths.
    groups
        Groups of look-alikes, as paths, the largest first.
    searched_whole
        Whether all that may look alike was compared.
    personal
        Kind of personal data -> in the metadata of how many images.
    names
        The same -> in the names of which files, by their number from 0.
    sharpness, brightness, pixels
        Histograms over the images: sharpness as the logarithm to base ten, pixels in millions.
    """

    images: int
    size_bytes: int
    faults: dict[str, int] = field(default_factory=dict)
    formats: dict[str, int] = field(default_factory=dict)
    modes: dict[str, int] = field(default_factory=dict)
    splits: dict[str, int] = field(default_factory=dict)
    sizes: tuple[Size, ...] = ()
    distinct_sizes: int = 0
    targets: str = ""
    classes: tuple[tuple[str, int], ...] = ()
    boxes: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    examples: dict[str, tuple[str, ...]] = field(default_factory=dict)
    groups: tuple[tuple[str, ...], ...] = ()
    searched_whole: bool = True
    personal: dict[str, int] = field(default_factory=dict)
    names: dict[str, tuple[int, ...]] = field(default_factory=dict)
    sharpness: Histogram | None = None
    brightness: Histogram | None = None
    pixels: Histogram | None = None

    def note(self, code: str, paths: Sequence[str]) -> None:
        """Remember how many images have something, and a few of them."""
        if paths:
            self.counts[code] = len(paths)
            self.examples[code] = tuple(paths[:EXAMPLES])

    def hide(self, paths: Mapping[str, int]) -> None:
        """Name files by their number whose own names nobody should read."""
        shown = {path: f"#{number + 1}" for path, number in paths.items()}
        self.examples = {
            code: tuple(shown.get(path, path) for path in some)
            for code, some in self.examples.items()
        }
        self.groups = tuple(tuple(shown.get(path, path) for path in group) for group in self.groups)


def count(images: Sequence[Image], targets: Targets, listing: Listing) -> ImageStatistics:
    """Count what the images of a folder are.

    Parameters
    ----------
    images
        All of them, measured.
    targets
        Their targets.
    listing
        What else lies in the folder.
    """
    found = ImageStatistics(len(images), sum(one.size_bytes for one in images))
    whole = [one for one in images if not one.facts.fault]
    _look_at_each(found, images, whole)
    _look_at_sizes(found, whole)
    _look_alike(found, images, targets)
    _look_at_targets(found, images, targets)
    found.counts |= {
        name: number
        for name, number in (("links", listing.links), ("others", listing.others))
        if number
    }
    return found


def _look_at_each(found: ImageStatistics, images: Sequence[Image], whole: Sequence[Image]) -> None:
    found.faults = _counted(one.facts.fault for one in images if one.facts.fault)
    for fault in found.faults:
        found.note(f"fault.{fault}", _paths(one for one in images if one.facts.fault == fault))
    found.personal = _counted(kind for one in whole for kind in one.facts.personal)
    found.formats = _counted(one.facts.format for one in whole)
    found.modes = _counted(one.facts.mode for one in whole)
    found.splits = _counted(split_of(one.entry.path) or "" for one in images)
    for code, has in _LOOKED_FOR.items():
        found.note(code, _paths(one for one in whole if has(one)))
    if whole:
        sharp = np.log10([max(one.facts.sharpness, 0.1) for one in whole])
        found.sharpness = _histogram(sharp, -1.0, 5.0)
        found.brightness = _histogram(np.array([one.facts.mean for one in whole]), 0.0, 1.0)


def _look_at_sizes(found: ImageStatistics, whole: Sequence[Image]) -> None:
    sizes = Counter((one.facts.width, one.facts.height) for one in whole)
    found.distinct_sizes = len(sizes)
    found.sizes = tuple(Size(*side, count) for side, count in sizes.most_common(MOST_LISTED))
    if whole:
        area = np.array([one.facts.width * one.facts.height / 1e6 for one in whole])
        found.pixels = _histogram(area, 0.0, float(area.max()))


def _look_alike(found: ImageStatistics, images: Sequence[Image], targets: Targets) -> None:
    first: dict[str, int] = {}
    copies = [at for at, one in enumerate(images) if first.setdefault(one.sha256, at) != at]
    found.note("copies", [images[at].entry.path for at in copies])
    hashed = [at for at, one in enumerate(images) if not one.facts.fault and not one.facts.blank]
    near = alike(np.array([images[at].facts.phash for at in hashed], np.uint64))
    found.searched_whole = near.whole
    # Copies are alike whether they have a hash or not.
    group = np.arange(len(images)) + len(images)
    group[hashed] = near.groups
    for at in copies:
        group[at] = group[first[images[at].sha256]]
    several = _several(group)
    found.groups = tuple(
        tuple(images[at].entry.path for at in one[:EXAMPLES])
        for one in sorted(several, key=len, reverse=True)[:MOST_LISTED]
    )
    copied = set(copies)
    alike_only = [at for one in several for at in one[1:].tolist() if at not in copied]
    found.note("near", [images[at].entry.path for at in sorted(alike_only)])
    _look_across(found, images, several)
    if targets.class_of:
        torn = [
            at for one in several if len({targets.class_of[at] for at in one}) > 1 for at in one
        ]
        found.note("torn", [images[at].entry.path for at in torn])


def _look_across(
    found: ImageStatistics, images: Sequence[Image], several: Iterable[NDArray[np.int64]]
) -> None:
    """Note the images of the smaller parts that look like one of another part."""
    if len(found.splits) < 2:
        return
    main = max(found.splits, key=lambda name: found.splits[name])
    leaked: list[str] = []
    for one in several:
        parts = [split_of(images[at].entry.path) or "" for at in one]
        if len(set(parts)) > 1:
            rest = [at for at, part in zip(one, parts, strict=True) if part != main]
            leaked += [images[at].entry.path for at in rest]
    found.note("leaked", leaked)


def _look_at_targets(found: ImageStatistics, images: Sequence[Image], targets: Targets) -> None:
    found.targets = targets.kind
    if not targets.kind:
        return
    found.classes = tuple(class_counts(targets))
    found.boxes = len(targets.boxes)
    facts = targets.facts
    told = ("unplaced", "unclassed", "malformed", "outlines", "empty")
    found.counts |= {name: getattr(facts, name) for name in told if getattr(facts, name)}
    if facts.without_names:
        found.counts["without-names"] = 1
    if targets.class_of:
        return
    boxes = targets.in_pixels(images)
    having = np.zeros(len(images), np.bool_)
    having[boxes["image"]] = True
    found.note("untargeted", [images[at].entry.path for at in np.flatnonzero(~having).tolist()])
    beyond = outside(boxes, images)
    if beyond.any():
        places = np.unique(boxes["image"][beyond]).tolist()
        found.note("outside", [images[at].entry.path for at in places])
        found.counts["outside"] = int(beyond.sum())


def _several(group: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Return the places of each group that has several."""
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    ends = np.append(starts[1:], len(order))
    wide = np.flatnonzero(ends - starts > 1)
    return [order[starts[at] : ends[at]] for at in wide]


def _is_blurred(one: Image) -> bool:
    """Say whether a picture has no edges although there is light enough for some."""
    seen = not (one.facts.blank or _is_dark(one) or _is_bright(one))
    return seen and one.facts.sharpness < BLURRED


def _is_dark(one: Image) -> bool:
    return one.facts.mean < DARK_MEAN or one.facts.dark > MOSTLY


def _is_bright(one: Image) -> bool:
    return one.facts.mean > BRIGHT_MEAN or one.facts.bright > MOSTLY


def _ratio(one: Image) -> float:
    sides = sorted((one.facts.width, one.facts.height))
    return sides[1] / sides[0]


def _paths(images: Iterable[Image]) -> list[str]:
    return [one.entry.path for one in images]


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(Counter(words).most_common())


def _histogram(values: NDArray[np.float64], low: float, high: float) -> Histogram:
    counts, _ = np.histogram(values.clip(low, high), _BINS, (low, high))
    return Histogram(low, high, tuple(counts.tolist()), 0, 0)


_LOOKED_FOR: Mapping[str, Callable[[Image], bool]] = {
    "suffix": lambda one: one.entry.suffix not in FORMATS[one.facts.format],
    "trailing": lambda one: one.facts.trailing_bytes > 0,
    "frames": lambda one: one.facts.frames,
    "located": lambda one: one.facts.located,
    "named": lambda one: one.facts.named,
    "numbered": lambda one: one.facts.numbered,
    "commented": lambda one: one.facts.commented,
    "blank": lambda one: one.facts.blank,
    "blurred": _is_blurred,
    "dark": _is_dark,
    "glaring": _is_bright,
    "tiny": lambda one: min(one.facts.width, one.facts.height) < TINY_PIXELS,
    "long": lambda one: _ratio(one) > LONG_SIDES,
}
"""What an image may have -> whether one has it."""
