#!/usr/bin/env bash
# `make test`: PostgreSQL, S3 and Slurm, check, the tests that a landing has time for, the gates of core and governance,
# and the servers away again. EVERY=1 (`make test-all`): every test, and every room's gate. With arguments: those
# tests alone, without checks and gates.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p build
# Each sandbox would compile our source anew: it sees it read-only, and starts some thousand times.
.venv/bin/python -m compileall -q src

# What reaches every line and branch of core and governance.
WHOLE=(tests/core tests/governance tests/adversarial/test_lying_door.py tests/datasets/deidentify/test_unlinking.py)

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
if [ -z "${DURE_TEST_SLURM:-}" ]; then
  servers+=(slurm)
  if scripts/slurm.sh start; then
    # shellcheck disable=SC1091
    . ./.slurm.env
  else
    missing+=("trials on a Slurm cluster (no cluster, see above)")
  fi
fi
[ "$(id -u)" -eq 0 ] || missing+=("profile 'separated' with real different uids (takes root)")

if [ $# -gt 0 ]; then
  .venv/bin/python -m pytest "$@"
  exit
fi

make check

# One worker a core and one more, for they wait for disks and children; no more than the database has
# connections for. A file stays with one worker, and those marked slow come first.
workers=$(($(nproc) < 8 ? $(nproc) + 1 : 8)) # before the next line, which nproc goes by, too
export OMP_NUM_THREADS=1 # threads that wait for each other on cores that workers share take minutes
tests() { # build/NAME.txt, and what pytest is told
  local name=$1
  shift
  .venv/bin/python -m pytest --numprocesses "$workers" --dist loadfile --no-loadscope-reorder \
    --durations=40 --durations-min=3 "$@" 2>&1 | tee "build/$name.txt"
}
measured=(--cov --cov-report= --cov-report=json)
some=(-m "not exhaustive")

status=0
if [ "${EVERY:-}" = 1 ]; then # every room's gate; it takes longer
  tests pytest "${measured[@]}" || status=$?
  [ "$status" -ne 0 ] || .venv/bin/python scripts/coverage_gate.py build/coverage.json || status=$?
else # what a landing has time for, and the gates of the rooms that are held to every branch
  missing+=("every point of a kill -9, backup and rotation in every way, mutants, the tutorial (make test-all)")
  tests whole "${some[@]}" "${WHOLE[@]}" "${measured[@]}" || status=$?
  [ "$status" -ne 0 ] || .venv/bin/python scripts/coverage_gate.py build/coverage.json core governance || status=$?
  tests pytest "${some[@]}" "${WHOLE[@]/#/--ignore=}" || status=$?
fi

for part in "${missing[@]}"; do echo "NOT TESTED here: $part"; done
# The closing line of pytest again, so that it is the last thing on the screen.
tail -n 1 build/pytest.txt
exit "$status"
