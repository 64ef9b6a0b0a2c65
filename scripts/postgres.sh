#!/usr/bin/env bash
# A throw-away PostgreSQL server for the tests: loopback only, a random free port, a random password,
# its files in a scratch directory. It is not made to keep anything (fsync is off).
#   scripts/postgres.sh start   installs Debian's postgresql when root and absent; writes .postgres.env
#   scripts/postgres.sh stop    stops it and removes every trace
set -euo pipefail
cd "$(dirname "$0")/.."
env_file=$PWD/.postgres.env

find_bin() {
  local initdb
  initdb=$(command -v initdb || true)
  [ -n "$initdb" ] || initdb=$(ls -1 /usr/lib/postgresql/*/bin/initdb /usr/pgsql-*/bin/initdb 2>/dev/null | sort -V | tail -n 1)
  [ -n "$initdb" ] && dirname "$initdb"
}

install_server() {
  [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null || {
    echo "no PostgreSQL server here, and installing Debian's takes root: apt install postgresql" >&2
    return 3
  }
  echo "installing Debian's postgresql"
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update >/dev/null || true # an old list may still do
  apt-get -qq install --yes --no-install-recommends postgresql >/dev/null
}

as_owner() { # the server refuses to run as root
  if [ "$(id -u)" -eq 0 ]; then
    setpriv --reuid="$owner" --regid="$(id -g "$owner")" --clear-groups -- env -i PATH="$PATH" LC_ALL=C.UTF-8 "$@"
  else
    env -i PATH="$PATH" LC_ALL=C.UTF-8 "$@"
  fi
}

start() {
  if [ -f "$env_file" ]; then stop; fi
  find_bin >/dev/null || install_server
  bin=$(find_bin) || {
    echo "a PostgreSQL server was installed, but its initdb is nowhere to be found" >&2
    return 3
  }
  owner=$(id -un)
  if [ "$(id -u)" -eq 0 ]; then owner=$(id -un postgres 2>/dev/null || echo nobody); fi

  scratch=$(mktemp -d /tmp/dure-postgres.XXXXXX)
  trap 'rm -rf "$scratch"' ERR
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  (umask 077 && printf '%s\n' "$password" >"$scratch/password")
  [ "$(id -u)" -ne 0 ] || chown -R "$owner" "$scratch"
  cd "$scratch"
  as_owner "$bin/initdb" --pgdata="$scratch/data" --username=dure --encoding=UTF8 --locale=C.UTF-8 \
    --auth=scram-sha-256 --pwfile="$scratch/password" >/dev/null
  # A free port can be taken by another between asking and using it: ask again.
  for _ in 1 2 3 4 5; do
    port=$(free_port)
    if as_owner "$bin/pg_ctl" --pgdata="$scratch/data" --log="$scratch/server.log" --wait --silent \
      --options="-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories='' -c fsync=off -c max_connections=200" \
      start >/dev/null; then
      (umask 077 && cat >"$env_file" <<END
export DURE_TEST_POSTGRES=postgresql+psycopg://dure:$password@127.0.0.1:$port/postgres
postgres_bin=$bin
postgres_scratch=$scratch
postgres_owner=$owner
END
)
      trap - ERR
      echo "PostgreSQL $("$bin/postgres" --version | awk '{print $3}') on 127.0.0.1:$port; its address is in .postgres.env"
      return
    fi
  done
  echo "PostgreSQL did not start:" >&2
  tail -n 5 "$scratch/server.log" >&2
  rm -rf "$scratch"
  return 1
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

stop() {
  [ -f "$env_file" ] || {
    echo "no PostgreSQL server of ours is running"
    return
  }
  # shellcheck disable=SC1090
  . "$env_file"
  owner=$postgres_owner
  case $postgres_scratch in /tmp/dure-postgres.*) ;; *)
    echo ".postgres.env names a directory that is not ours" >&2
    return 1
    ;;
  esac
  cd /
  as_owner "$postgres_bin/pg_ctl" --pgdata="$postgres_scratch/data" --mode=immediate --silent stop >/dev/null || true
  rm -rf "$postgres_scratch" "$env_file"
  echo "PostgreSQL stopped, nothing left"
}

case ${1:-} in
start | stop) "$1" ;;
*)
  echo "usage: scripts/postgres.sh start|stop" >&2
  exit 2
  ;;
esac
