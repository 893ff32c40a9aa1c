"""Time against a peer and a floor, as ratios within one run: python -m benchmarks.NAME."""
