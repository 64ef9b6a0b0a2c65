#!/usr/bin/env bash
# A throw-away Slurm cluster for the tests: one controller and two node daemons on loopback, with a munge
# of its own, random free ports, its files in a scratch directory. It accounts for nothing.
#   scripts/slurm.sh start   installs Debian's slurm and munge when root and absent; writes .slurm.env
#   scripts/slurm.sh stop    stops it and removes every trace
set -euo pipefail
cd "$(dirname "$0")/.."
env_file=$PWD/.slurm.env
programs=(munged slurmctld slurmd sbatch squeue scontrol)
PATH=$PATH:/usr/sbin:/sbin

missing() {
  local program
  for program in "${programs[@]}"; do
    command -v "$program" >/dev/null || return 0
  done
  return 1
}

install_cluster() {
  command -v apt-get >/dev/null || {
    echo "no Slurm here, and no apt-get to install Debian's" >&2
    return 3
  }
  echo "installing Debian's slurm and munge"
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update >/dev/null || true # an old list may still do
  apt-get -qq install --yes --no-install-recommends slurmctld slurmd slurm-client munge >/dev/null
}

start() {
  if [ -f "$env_file" ]; then stop; fi
  [ "$(id -u)" -eq 0 ] || {
    echo "a Slurm cluster takes root: its daemons become whoever submitted a job" >&2
    return 3
  }
  ! missing || install_cluster
  scratch=$(mktemp -d /tmp/dure-slurm.XXXXXX)
  trap 'end; rm -rf "$scratch"' ERR
  chmod 755 "$scratch" # other users' jobs ask munge
  mkdir "$scratch/state" "$scratch/log"
  host=$(hostname -s)
  head -c 128 /dev/urandom >"$scratch/munge.key"
  chmod 400 "$scratch/munge.key"
  # What runs as root is not lent the caller's descriptors: make waits for whoever holds its own.
  munged --key-file="$scratch/munge.key" --socket="$scratch/munge.sock" --force --num-threads=2 \
    --pid-file="$scratch/munge.pid" --log-file="$scratch/log/munge.log" --seed-file="$scratch/munge.seed" \
    </dev/null >/dev/null 2>&1
  # A free port can be taken by another between asking and using it: ask again.
  for _ in 1 2 3; do
    write_configuration
    export SLURM_CONF=$scratch/slurm.conf
    slurmctld </dev/null >/dev/null 2>&1 || true
    for node in n1 n2; do slurmd -N $node </dev/null >/dev/null 2>&1 || true; done
    if ready; then
      (umask 077 && cat >"$env_file" <<END
export SLURM_CONF=$scratch/slurm.conf
export DURE_TEST_SLURM=$scratch
slurm_scratch=$scratch
END
)
      trap - ERR
      echo "Slurm $(sinfo --version | cut -d' ' -f2) with two nodes on 127.0.0.1; its address is in .slurm.env"
      return
    fi
    end_daemons
  done
  echo "Slurm did not start:" >&2
  tail -q -n 5 "$scratch"/log/*.log >&2
  end
  rm -rf "$scratch"
  return 1
}

write_configuration() {
  read -r controller first second third <<<"$(free_ports)"
  cat >"$scratch/slurm.conf" <<END
ClusterName=dure
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$controller
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$scratch/munge.sock
CredType=cred/munge
StateSaveLocation=$scratch/state
SlurmdSpoolDir=$scratch/%n
SlurmctldLogFile=$scratch/log/slurmctld.log
SlurmdLogFile=$scratch/log/%n.log
SlurmctldPidFile=$scratch/slurmctld.pid
SlurmdPidFile=$scratch/%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
ReturnToService=2
SlurmctldTimeout=10
SlurmdTimeout=30
KillWait=2
MinJobAge=10
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0
# Two cores each, whatever this machine has; n3 is started by the test that needs it.
NodeName=DEFAULT CPUs=2 RealMemory=2000 State=UNKNOWN
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$first
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$second
NodeName=n3 NodeHostname=$host NodeAddr=127.0.0.1 Port=$third
PartitionName=nodes Nodes=n1,n2 Default=YES MaxTime=UNLIMITED State=UP
PartitionName=users Nodes=n3 MaxTime=UNLIMITED State=UP
END
}

free_ports() {
  python3 -c 'import socket
held = [socket.socket() for _ in range(4)]
for one in held: one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in held))'
}

ready() {
  for _ in $(seq 100); do
    [ "$(sinfo --noheader --partition=nodes --states=idle --format=%D 2>/dev/null)" = 2 ] && return
    sleep 0.1
  done
  return 1
}

end_daemons() {
  local pid_file
  for pid_file in slurmctld n1 n2 n3; do end_one "$scratch/$pid_file.pid"; done
  rm -rf "$scratch"/state/* "$scratch"/n[123]
}

end() {
  end_daemons
  end_one "$scratch/munge.pid"
}

end_one() { # a daemon, if it is one of ours
  local pid
  pid=$(cat "$1" 2>/dev/null) || return 0
  [ -n "$pid" ] && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qE 'munged|slurm' || return 0
  kill "$pid" 2>/dev/null || true
  for _ in $(seq 50); do
    kill -0 "$pid" 2>/dev/null && [ "$(awk '{print $3}' "/proc/$pid/stat" 2>/dev/null)" != Z ] || return 0
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null || true
}

stop() {
  [ -f "$env_file" ] || {
    echo "no Slurm cluster of ours is running"
    return
  }
  # shellcheck disable=SC1090
  . "$env_file"
  scratch=$slurm_scratch
  case $scratch in /tmp/dure-slurm.*) ;; *)
    echo ".slurm.env names a directory that is not ours" >&2
    return 1
    ;;
  esac
  scancel --quiet --full --signal=KILL --me 2>/dev/null || true
  end
  rm -rf "$scratch" "$env_file"
  echo "Slurm stopped, nothing left"
}

case ${1:-} in
start | stop) "$1" ;;
*)
  echo "usage: scripts/slurm.sh start|stop" >&2
  exit 2
  ;;
esac
