"""Desks: the verbs of each room, as methods of a node. Each hands its house to the room."""
