"""What a table may show without telling of anybody: cells withheld, and proof that it is enough.

A table with totals is a set of equations. Withholding a small cell is of no use while the others of its
row and column give it away, so more are withheld (`suppression`), and then an attacker's own linear
programs are run against what is left (`audit`): a table whose withheld cells can be bounded too
narrowly is refused.

Source
------
Hundepool et al., Statistical Disclosure Control (Wiley 2012), chapter 4; Fischetti and Salazar,
Solving the cell suppression problem on tabular data with linear constraints, Management Science 47
(2001).
"""
