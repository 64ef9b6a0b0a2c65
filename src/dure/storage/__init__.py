"""The node's own state: databases, the vault, keys, backups. Nothing else touches them.

Modules are imported by name (``dure.storage.database``, ``dure.storage.vault`` and so on), so that
a command that needs no database loads none.
"""
