"""Benchmarks: ratios measured in one run, printed, never a failure. ``make bench`` runs them all."""
