"""The ledger: an append-only Merkle log of every event, its signed head, and how to check it."""
