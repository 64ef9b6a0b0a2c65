"""A folder of images and their targets: what lies in it, by the endings of the names."""

from __future__ import annotations

from dataclasses import dataclass, field

from dure.readers.folder import Entry, LeftOut, OpenFolder
from dure.readers.images.errors import ImageError

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp")
"""What the name of an image ends with."""
TARGET_SUFFIXES = (".json", ".txt", ".yaml", ".yml", ".names")


@dataclass(slots=True)
class Listing(LeftOut):
    """What lies in a folder.

    Parameters
    ----------
    links, others
        How many links, and how many other files, are left out.
    images, targets
        Files whose names end as images, and as targets, do; in order of path.
    """

    images: list[Entry] = field(default_factory=list)
    targets: list[Entry] = field(default_factory=list)


class Folder(OpenFolder):
    """A folder of images that is held open; a context manager."""

    ERROR = ImageError
    FAMILY = "images"

    def listing(self) -> Listing:
        """Return what lies in the folder; what begins with a dot is passed over.

        Raises
        ------
        ImageError
            ``images.folder`` when it holds no image, too much, or too deep; ``images.file`` for a name
            that nobody could read or that is there twice, and for what can't be listed.
        """
        found = Listing()
        for entry in self.each(found):
            if entry.suffix in SUFFIXES:
                found.images.append(entry)
            elif entry.suffix in TARGET_SUFFIXES:
                found.targets.append(entry)
            else:
                found.others += 1
        if not found.images:
            raise self.refused_whole("no-images")
        found.images, found.targets = self.in_order(found.images), self.in_order(found.targets)
        return found
