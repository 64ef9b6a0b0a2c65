"""Verify: a description against the data it describes, whoever wrote the two.

`documents` reads a Croissant document, `files` opens what it names, `matching` compares the two, and
`folders` puts them together: `dure.datasets.verify.folders.verify_folder`.
"""
