"""Readers: untrusted bytes become typed tables, parsed inside the sandbox and nowhere else.

`dure.readers.parse.parse` is this side; `dure.readers.worker` is the program inside.
"""
