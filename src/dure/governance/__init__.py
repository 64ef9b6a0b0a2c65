"""Policy, charter, decisions, permits, executor, keeper, ledger."""
