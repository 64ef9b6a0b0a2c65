"""Most of these tests read their files with the reader outside its sandbox."""

from tests.datasets.verify.conftest import unboxed

__all__ = ["unboxed"]
