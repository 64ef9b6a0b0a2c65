"""De-identify: what stands in a plan is done to a table's columns, and what risk is left is measured.

A plan is proposed from the data (`proposing`), edited by the steward (`plan`, `methods`), looked at
row by row (`previewing`) and applied (`transforming`), all of which happens in the sandbox
(`sandboxed`). Risk (`risk`) is measured before and after. Applied on a node it gives a new data set
whose label is not lower than its source's (`applying`); people may have it lowered (`lowering`).

Source
------
Personal Information Protection Act of the Republic of Korea (개인정보 보호법): article 2, item 1-2
(pseudonymisation), articles 28-2 to 28-5 (processing of pseudonymised data: purposes, combination,
separate keeping of what re-identifies, no re-identification) and article 58-2 (anonymous data).
"""
