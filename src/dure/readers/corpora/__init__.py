"""Text corpora with span annotations: listed and read here, parsed and checked in the sandbox.

`dure.readers.corpora.folder` and `.reading` are this side; `.worker` is the program inside.
"""
