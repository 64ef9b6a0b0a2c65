#!/usr/bin/env bash
# Makes .venv: everything pinned and hashed, dure itself editable. Safe to run again at any time.
#   scripts/make_venv.sh               from an index (yours, if pip is set up for one)
#   scripts/make_venv.sh WHEELHOUSE    from that directory alone, without any network
# PYTHON=/path/to/python3.11 chooses the interpreter.
set -euo pipefail
wheelhouse=${1:+$(realpath "$1")}
cd "$(dirname "$0")/.."

suitable() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

# A node in profile `separated` runs under several uids, and so do its tests. An interpreter that
# lies inside one person's home can't be executed by the others.
for_everyone() { # through a shell, since setpriv itself still has root's rights when it executes
  [ "$(id -u)" -ne 0 ] || setpriv --reuid=65534 --regid=65534 --clear-groups -- \
    /bin/sh -c '"$0" -c ""' "$1" 2>/dev/null
}

choose_python() {
  local candidate first=""
  for candidate in ${PYTHON:-python3.11 /usr/bin/python3.11 python3.12 /usr/bin/python3.12 \
    python3.13 /usr/bin/python3.13 python3 /usr/bin/python3}; do
    candidate=$(command -v "$candidate") && suitable "$candidate" || continue
    candidate=$("$candidate" -c 'import sys; print(sys.executable)')
    if for_everyone "$candidate"; then
      echo "$candidate"
      return
    fi
    first=${first:-$candidate}
  done
  [ -n "$first" ] || {
    echo "dure needs Python 3.11 or later with its venv module (Debian: apt install python3-venv)." >&2
    return 1
  }
  echo "note: $first can't be executed by other uids; the tests of profile 'separated' need one that can." >&2
  echo "$first"
}

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
  python=$(choose_python)
  echo "making .venv with $("$python" --version)"
  "$python" -m venv .venv
fi

pip=(.venv/bin/python -m pip --disable-pip-version-check --no-input install)
lock=requirements.lock
if [ -n "$wheelhouse" ]; then
  .venv/bin/python scripts/wheelhouse.py verify "$wheelhouse"
  # Neither an index nor anything that this machine's own settings of pip would add.
  export PIP_CONFIG_FILE=/dev/null
  unset PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_FIND_LINKS
  pip+=(--no-index --only-binary :all: --find-links "$wheelhouse")
  lock=$wheelhouse/requirements.lock
fi

all=$(grep -c '^[a-z0-9]' "$lock")
# A person sees which part it is at; a log stays short.
shown() {
  [ -t 1 ] || { cat >/dev/null; return; }
  awk -v all="$all" '/^(Collecting|Requirement already)/ { printf "\r\033[K  %d of %d  %s", ++n, all, $2; fflush() }
    /^Installing collected/ { printf "\r\033[K  unpacking"; fflush() }
    END { printf "\r\033[K" }'
}

echo "installing what the lock names: $all parts (some minutes)"
"${pip[@]}" --quiet --require-hashes -r requirements-build.lock
"${pip[@]}" --progress-bar off --require-hashes --no-build-isolation -r "$lock" | shown
"${pip[@]}" --quiet --no-deps --no-build-isolation -e .
# Inside the sandbox nothing can be written, so what isn't compiled here is compiled at every start there.
.venv/bin/python -m compileall -q src
.venv/bin/python -m pip --disable-pip-version-check check
touch .venv/.stamp
