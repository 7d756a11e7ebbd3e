"""What we claim about speed, measured: one file per claim; each prints a table and writes JSON to `results/`.

`python -m benchmarks` runs those that take seconds to a few minutes; `python -m benchmarks.NAME` runs one. All times
are ratios, or come with what they are compared to, measured side by side in one run.
"""
