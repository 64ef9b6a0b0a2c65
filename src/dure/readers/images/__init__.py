"""Images: a folder of them is listed and read here without following a link, and decoded in the sandbox.

`dure.readers.images.folder` and `.measuring` are this side; `.worker` is the program inside.
"""
