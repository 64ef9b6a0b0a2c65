"""Rules: what must hold of a table, written in a contract that people read, edit and sign off.

A contract is proposed from the data (`proposing`), edited by the steward (`contract`), checked in one
pass over a table (`checking`), all of which happens in the sandbox (`sandboxed`), and enforced when a
data set is imported.
"""
