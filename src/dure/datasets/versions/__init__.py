"""Versions: a data set over time. Each version is an immutable asset; a series is all of them in order.

The first version is what `dure.datasets.import_` made; `dure.datasets.versions.committing` makes the
next. Versions of one vault share the pages that did not change (`dure.storage.vault`).
"""
