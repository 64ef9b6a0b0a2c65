#!/usr/bin/env bash
# Writes the two lock files: every part pinned and hashed, no host, no path of this machine.
#   requirements-build.lock  what builds from source (read first)
#   requirements.lock        everything else, the tests and the demo included
# Existing pins stay unless UPGRADE=1.
set -euo pipefail
cd "$(dirname "$0")/.."

uv=.venv/bin/uv
[ -x "$uv" ] || uv=$(command -v uv) || {
  echo "make lock needs uv: run make venv first, it brings one" >&2
  exit 1
}

flags=(--universal --python-version 3.11 --generate-hashes --no-emit-index-url
  --no-annotate --no-header --no-config --quiet)
[ -z "${UPGRADE:-}" ] || flags+=(--upgrade)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

write() { # name, then what to compile
  local name=$1
  shift
  [ ! -f "$name" ] || cp "$name" "$work/$name"
  "$uv" pip compile "${flags[@]}" "$@" --output-file "$work/$name"
  if grep -nE '://|file:|^-|@ ' "$work/$name"; then
    echo "$name would name a host or a path (lines above); nothing was written" >&2
    exit 1
  fi
  {
    echo "# Pinned and hashed for any Python from 3.11 on. Written by: make lock"
    cat <(grep -v '^#' "$work/$name")
  } >"$work/$name.new"
  mv "$work/$name.new" "$name"
  echo "$name: $(grep -c '^[a-z]' "$name") parts"
}

write requirements-build.lock --group build
write requirements.lock pyproject.toml --extra clusters --extra dev --extra demo --extra tracking \
  --constraints requirements-build.lock
