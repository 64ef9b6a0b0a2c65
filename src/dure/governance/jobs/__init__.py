"""Jobs: work that is queued, leased, run once and seen to its end."""
