"""What does a full disk cost? Both experiments at scale `tiny` on a small tmpfs that is made larger each time it is full, always the same command:
each failure must say so, nothing finished may be made again, and the end must be that of a run with room. Needs the right to mount.

    python benchmarks/full_disk.py --report results/benchmarks/full_disk.csv
"""
import argparse, subprocess, sys, tempfile
from pathlib import Path
import pandas as pd
from kill import ALIKE, command, differences, finished, start, to_the_end

def mount(folder, mib, *options): subprocess.run(['mount', '-t', 'tmpfs', '-o', ','.join([f'size={mib}m', *options]), 'tmpfs', folder], check=True)

def attempt(out):
    "Run both notebooks; whether they finished, and the line of the error that says what is wrong"
    p = subprocess.run(command(out).replace(f'{out}.', f'{out.parent}/nb-'), shell=True, env=ALIKE, capture_output=True, text=True)
    lines = p.stderr.strip().splitlines() or ['']
    return p.returncode == 0, next((o for o in reversed(lines) if 'the disk is full' in o), lines[-1]) if p.returncode else ''

def main(report, folder, first=1, factor=1.5):
    folder = Path(folder or tempfile.mkdtemp()); folder.mkdir(parents=True, exist_ok=True)
    roomy, small = folder/'unbroken', folder/'small'
    if not (roomy/'02_from_nevus.txt').exists(): to_the_end(start(roomy))
    small.mkdir(); mount(small, first)
    mib, log, again, done = first, [], [], False
    try:
        while not done:
            before = finished(small)
            done, error = attempt(small)
            after = finished(small)
            again += [k for k in before if after.get(k) != before[k]]
            log.append(dict(mib=round(mib), finished=len(after), error=error.replace(str(small), '...')))
            print(log[-1], flush=True)
            mib *= factor
            if not done: mount(small, round(mib)+1, 'remount')
        odd = differences(roomy, small)
    finally: subprocess.run(['umount', small])
    silent = [o for o in log[:-1] if 'the disk is full' not in o['error']]
    if report: Path(report).parent.mkdir(parents=True, exist_ok=True); pd.DataFrame(log).to_csv(report, index=False)
    print(f'full {len(log)-1} times, {len(silent)} times without saying so; made again: {again or "none"}; files that differ from the run with room: {odd or "none"}')
    sys.exit(bool(silent or again or odd))

if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--report'); p.add_argument('--folder', help='where the runs are kept; an `unbroken` one there is used')
    main(**vars(p.parse_args()))
