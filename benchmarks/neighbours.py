"""Do two trainings beside each other on one machine slow each other? Each trains an ACGAN of preset `demo` with all
cores, in a process of its own: one alone, two one after the other, two at the same time. Waiting OpenMP threads either
sleep (`OMP_WAIT_POLICY=PASSIVE`, as skingan sets it) or spin (`ACTIVE`).

    python benchmarks/neighbours.py --report results/benchmarks/neighbours.csv
"""
import argparse, os, subprocess, sys, tempfile, time
import pandas as pd

TRAINING = """
import os, sys
os.environ['SKINGAN_CACHE'] = sys.argv[1]
from dataclasses import replace
from skingan.data import CLASSES
from skingan.plans import from_noise
from skingan.simulate import simulate_lesions
from skingan.split import split
from skingan.stages import train_gan
df = split(simulate_lesions(sys.argv[1] + '/lesions', dict.fromkeys(CLASSES, 20), 32))
input() # all are ready
train_gan(df, replace(from_noise('demo').gan, epochs=int(sys.argv[2])), sys.argv[1] + '/gan')
"""

def begin(policy, epochs):
    "Start a process that is ready to train"
    folder = tempfile.mkdtemp()
    command = [sys.executable, '-c', TRAINING, folder, str(epochs)]
    env = dict(os.environ, OMP_WAIT_POLICY=policy)
    return subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)

def seconds(processes):
    "Let processes train at the same time, and return how long that takes"
    time.sleep(20) # until they have imported what they need
    start = time.perf_counter()
    for o in processes:
        o.stdin.write('\n')
        o.stdin.flush()
    for o in processes:
        if o.wait(): sys.exit(f'failed: {o.args}')
    return time.perf_counter() - start

def measure(policy, epochs):
    alone = seconds([begin(policy, epochs)])
    beside = seconds([begin(policy, epochs) for _ in range(2)])
    return dict(policy=policy, alone=alone, two_beside_each_other=beside, slower=beside/(2*alone))

if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--epochs', type=int, default=10)
    p.add_argument('--repeats', type=int, default=3)
    p.add_argument('--report', help='csv to write')
    args = p.parse_args()
    found = [measure(policy, args.epochs) for _ in range(args.repeats) for policy in ('PASSIVE','ACTIVE')]
    table = pd.DataFrame(found).groupby('policy').median().round(2)
    print(table)
    if args.report: table.to_csv(args.report)
