"""The sandbox: where untrusted code runs and untrusted files are parsed, and nowhere else.

`dure.sandbox.box.run` runs one `dure.sandbox.tasks.Task`; `dure.sandbox.host.probe_host` says
whether this host can provide the sandbox, and what to mend where it can't.
"""
