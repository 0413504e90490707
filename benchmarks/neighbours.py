"""Do two trainings beside each other on one machine slow each other? Each trains an ACGAN of preset `demo` in a process
of its own: one alone, then two at the same time, with all cores or with one thread for each. Waiting OpenMP threads
either sleep (`OMP_WAIT_POLICY=PASSIVE`, as skingan sets it) or spin (`ACTIVE`). `slower` is 1 where two at the same time
take as long as one after the other.

    python benchmarks/neighbours.py --report results/benchmarks/neighbours.csv
"""
import argparse, os, subprocess, sys, tempfile, time
import pandas as pd
from skingan.cluster import n_cores
from skingan.device import hardware

TRAINING = """
import os, sys
folder, epochs, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
os.environ['SKINGAN_CACHE'] = folder
from dataclasses import replace
from skingan.data import CLASSES
from skingan.plans import from_noise
from skingan.simulate import simulate_lesions
from skingan.split import split
from skingan.stages import train_gan
import torch
torch.set_num_threads(threads)
df = split(simulate_lesions(folder + '/lesions', dict.fromkeys(CLASSES, 20), 32))
print('ready', file=sys.stderr, flush=True)
input() # all are ready
train_gan(df, replace(from_noise('demo').gan, epochs=epochs), folder + '/gan')
"""

def begin(policy, threads, epochs):
    "Start a process, and wait until it is ready to train"
    command = [sys.executable, '-c', TRAINING, tempfile.mkdtemp(), str(epochs), str(threads)]
    process = subprocess.Popen(command, env=dict(os.environ, OMP_WAIT_POLICY=policy), text=True,
                               stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    for line in process.stderr:
        if line == 'ready\n': return process
    sys.exit(f'failed before it was ready: {command}')

def seconds(processes):
    "Let processes train at the same time, and return how long that takes"
    start = time.perf_counter()
    for o in processes:
        o.stdin.write('\n')
        o.stdin.flush()
    for o in processes:
        if o.wait(): sys.exit(f'failed: {o.args}')
    return time.perf_counter() - start

def measure(policy, threads, epochs):
    alone = seconds([begin(policy, threads, epochs)])
    beside = seconds([begin(policy, threads, epochs) for _ in range(2)])
    return dict(policy=policy, threads=threads, alone=alone, two_beside_each_other=beside, slower=beside/(2*alone))

if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--epochs', type=int, default=10)
    p.add_argument('--repeats', type=int, default=3)
    p.add_argument('--report', help='csv to write')
    args = p.parse_args()
    ways = [(policy, threads) for policy in ('PASSIVE','ACTIVE') for threads in (n_cores(), 1)]
    found = [measure(*o, args.epochs) for _ in range(args.repeats) for o in ways]
    table = pd.DataFrame(found).groupby(['policy','threads'], sort=False).median().round(2)
    table = table.assign(repeats=args.repeats, cores=n_cores(), hardware=hardware())
    print(table.to_string())
    if args.report: table.to_csv(args.report)
