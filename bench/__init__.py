"""Benchmarks: programs that print figures and ratios of one run with the machine they were measured on; never timed tests."""
