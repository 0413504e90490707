#!/usr/bin/env bash
# Does a table on a SLURM cluster equal that of one process? On a Debian machine, as root: installs SLURM, starts it with
# this machine as its one node, runs experiment 1 at preset tiny with three replicates on two jobs, cancels one of them in
# the midst of a stage, compares all results with those of a sequential run, and stops SLURM again.
#
#     bash benchmarks/slurm.sh results/benchmarks/slurm.txt
set -euo pipefail
cd "$(dirname "$0")/.."
report=${1:-/dev/stdout}
work=$(mktemp -d)
chmod 755 "$work"

dpkg -s slurm-wlm munge >/dev/null 2>&1 || {
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends slurm-wlm munge
} >"$work/apt.log" 2>&1

cores=$(nproc)
memory=$(free -m | awk '/^Mem/ {print int($2*.9)}')
mkdir -p /etc/slurm "$work/spool" "$work/state"
cat >/etc/slurm/slurm.conf <<EOF
ClusterName=one
SlurmctldHost=$(hostname -s)
SlurmUser=root
AuthType=auth/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
KillWait=5
ReturnToService=2
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
NodeName=$(hostname -s) CPUs=$cores RealMemory=$memory State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
EOF

stop() {
    scancel --user=root 2>/dev/null || true
    sleep 2
    for o in slurmd slurmctld munged; do pkill -x "$o" || true; done
    rm -rf "$work"
}
trap stop EXIT

mkdir -p /run/munge
chown munge: /run/munge
pgrep -x munged >/dev/null || runuser -u munge -- /usr/sbin/munged
slurmctld
slurmd
for _ in $(seq 30); do sinfo -h -o %T | grep -q idle && break; sleep 1; done
sinfo
.venv/bin/python benchmarks/slurm.py --folder "$work/results" --report "$report"
