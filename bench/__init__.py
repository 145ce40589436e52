"""Measurements: figures beside a named baseline in the same run, never asserted."""
