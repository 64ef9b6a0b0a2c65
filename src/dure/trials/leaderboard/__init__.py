"""Who is best on a benchmark, told from what the gates let through and from nothing else."""
