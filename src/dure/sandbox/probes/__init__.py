"""Hostile attempts, to see what the sandbox does about them on this very host.

`catalogue` names them all, `suite.run_probes` runs them. The modules `network`, `files`,
`processes`, `calls` and `resources` are the attempts themselves; they run inside and need nothing
but the standard library.
"""
