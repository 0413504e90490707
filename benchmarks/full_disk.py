"""What does a full disk cost? Both experiments at scale `tiny` on a small tmpfs that something else fills as soon as a stage has begun, stage after stage, and
that is emptied again before the same command is given again: each failure must say what it is, nothing finished may be made again, and the end must be that
of a run with room. Needs the right to mount.

    python benchmarks/full_disk.py --report results/benchmarks/full_disk.csv
"""
import argparse, os, shutil, subprocess, sys, tempfile, time
from pathlib import Path
import pandas as pd
from kill import differences, finished, newest, start, to_the_end

def mount(folder, mib): subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={mib}m', 'tmpfs', folder], check=True)

def fill(file):
    "Take all the room there is, at once: most stages last a tenth of a second"
    with open(file, 'wb', buffering=0) as f:
        while free := shutil.disk_usage(file.parent).free:
            try: os.posix_fallocate(f.fileno(), f.seek(0, 2), free)
            except OSError: pass # something else took a part of it
def attempt(out, stage):
    "Fill the disk once work on `stage` has begun; the line of the error that says so"
    log, was = Path(f'{out}.log'), newest(out/f'{stage}.part')
    log.unlink(missing_ok=True)
    process = start(out)
    while process.poll() is None and not (out/stage).exists() and newest(out/f'{stage}.part') == was: time.sleep(.002)
    fill(out/'ballast')
    failed = process.wait() != 0
    (out/'ballast').unlink()
    lines = log.read_text().strip().splitlines() or ['']
    return next((o for o in reversed(lines) if 'the disk is full' in o), lines[-1]) if failed else ''

def main(report, folder, mib=96):
    folder = Path(folder or tempfile.mkdtemp()); folder.mkdir(parents=True, exist_ok=True)
    roomy, small = folder/'unbroken', folder/'small'
    if not (roomy/'02_from_nevus.txt').exists(): to_the_end(start(roomy))
    small.mkdir(); mount(small, mib)
    log, again, done = [], [], {}
    try:
        for stage in finished(roomy):
            if stage in done: continue # it was done before the disk was full
            error, now = attempt(small, stage), finished(small)
            again += [k for k in done if now.get(k) != done[k]]
            log.append(dict(stage=stage, unfinished=(small/f'{stage}.part').exists(), finished=len(now), error=error.replace(str(small), '...')))
            done = now
            print(log[-1], flush=True)
        to_the_end(start(small))
        again += [k for k,v in finished(small).items() if k in done and done[k] != v]
        odd = differences(roomy, small)
    finally: subprocess.run(['umount', small])
    full = [o for o in log if o['error']]
    silent = [o for o in full if 'the disk is full' not in o['error']]
    if report: Path(report).parent.mkdir(parents=True, exist_ok=True); pd.DataFrame(log).to_csv(report, index=False)
    print(f'full {len(full)} times, in {sum(o["unfinished"] for o in full)} of {len(finished(roomy))} stages, {len(silent)} times without saying so; made again: {again or "none"}; files that differ from the run with room: {odd or "none"}')
    sys.exit(bool(silent or again or odd))

if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--report'); p.add_argument('--folder', help='where the runs are kept; an `unbroken` one there is used')
    main(**vars(p.parse_args()))
