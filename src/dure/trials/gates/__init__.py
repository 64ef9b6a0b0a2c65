"""The gates: what a score must be before any of it may leave a trial.

One gate a module, in the order that `passing` lists them: the score has exactly the demanded form
(`form`) → every figure is finite and in the range of its metric (`finite`) → it is written with three
significant digits and no more (`digits`) → no figure rests on fewer than ten rows, and tables withhold
what they must (`cells`, `tables`) → the benchmark's own floors hold in every subgroup (`floors`) →
nothing isolates a few rows from what left earlier (`differencing`) → the submitting agency still has
budget (`budget`) → a figure is told only when it is better than what was told before by more than
chance gives (`ladder`) → nothing is said of a failure but its class (`outcome`). After them come people,
and the executor's signature.

Each is a pure function of a candidate, which carries what left earlier (`history`). The first refusal
names its gate and why. They run when the report is made, and what can be checked of the sealed
report alone is checked again by the executor, just before it is released (`passing.recheck`).
"""
