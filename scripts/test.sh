#!/usr/bin/env bash
# The whole of `make test`: PostgreSQL and S3, check, tests, coverage gates, and the servers away again.
# With arguments it runs only those tests, without the gates.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p build

missing=()
servers=()
trap 'for server in "${servers[@]}"; do "scripts/$server.sh" stop >/dev/null; done' EXIT
if [ -z "${DURE_TEST_POSTGRES:-}" ]; then
  servers+=(postgres)
  if scripts/postgres.sh start; then
    # shellcheck disable=SC1091
    . ./.postgres.env
  else
    missing+=("the suite on PostgreSQL (no server, see above)")
  fi
fi
if [ -z "${DURE_TEST_S3:-}" ]; then
  servers+=(s3)
  if scripts/s3.sh start; then
    # shellcheck disable=SC1091
    . ./.s3.env
  else
    missing+=("the vault on an S3 server (no server, see above)")
  fi
fi
[ "$(id -u)" -eq 0 ] || missing+=("profile 'separated' with real different uids (takes root)")

if [ $# -gt 0 ]; then
  .venv/bin/python -m pytest "$@"
  exit
fi

make check

status=0
# One worker a core, and no more than the database has connections for. A file stays with one worker,
# and those marked slow come first. Coverage is of what the tests run in process: it costs children a third.
.venv/bin/python -m pytest --numprocesses auto --maxprocesses 8 --dist loadfile --no-loadscope-reorder \
  --durations=40 --durations-min=3 --cov --cov-report= --cov-report=json 2>&1 | tee build/pytest.txt || status=$?
[ "$status" -ne 0 ] || .venv/bin/python scripts/coverage_gate.py build/coverage.json || status=$?

for part in "${missing[@]}"; do echo "NOT TESTED here: $part"; done
# The closing line of pytest again, so that it is the last thing on the screen.
tail -n 1 build/pytest.txt
exit "$status"
