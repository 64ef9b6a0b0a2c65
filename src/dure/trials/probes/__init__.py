"""Probes: hostile attempts, to see what the sandbox and our readers do about them on this very host.

`catalogue` names them all, `suite.run_suite` makes them with their positive controls, and
`report.make_report` writes down what came of it, to be signed. The modules named like families are
the attempts themselves; they run inside and need nothing but the standard library.
"""
