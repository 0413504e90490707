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
pgrep -x slurmctld >/dev/null && { echo 'SLURM runs here already: take another machine'; exit 2; }
mkdir "$work/spool" "$work/state"
export SLURM_CONF=$work/slurm.conf # read by all of SLURM's commands
cat >"$SLURM_CONF" <<EOF
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

started_munge=
stop() { # what was started here
    scancel --user=root 2>/dev/null || true
    sleep 2
    for o in slurmd slurmctld; do kill "$(cat "$work/$o.pid")" 2>/dev/null || true; done
    if [ -n "$started_munge" ]; then pkill -x munged || true; fi
    rm -rf "$work"
}
trap stop EXIT

if ! pgrep -x munged >/dev/null; then
    mkdir -p /run/munge
    chown munge: /run/munge
    runuser -u munge -- /usr/sbin/munged
    started_munge=yes
fi
slurmctld
slurmd
for _ in $(seq 30); do sinfo -h -o %T | grep -q idle && break; sleep 1; done
sinfo
.venv/bin/python benchmarks/slurm.py --folder "$work/results" --report "$report"
