"""What does a full disk cost? Experiments 1 and 2 at preset `tiny` on a small tmpfs that something else fills as soon as a
stage has begun, stage after stage, and that is emptied before the same command is given again. Each failure must say what
it is, nothing finished may be made again, and the end must equal that of a run with room. Needs the right to mount.

    python benchmarks/full_disk.py --report results/benchmarks/full_disk.csv
"""
import argparse, os, shutil, subprocess, sys, tempfile
from pathlib import Path
import pandas as pd
from kill import differences, finished, start, to_the_end, wait_for_work

FULL = 'the disk is full'

def mount(folder, mib): subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={mib}m', 'tmpfs', folder], check=True)

def fill(file):
    "Take all the room there is, at once: most stages last a tenth of a second"
    with open(file, 'wb', buffering=0) as f:
        while free := shutil.disk_usage(file.parent).free:
            try: os.posix_fallocate(f.fileno(), f.seek(0, 2), free)
            except OSError: pass # something else took a part of it

def error_of(log):
    "Return the line of a log that says that the disk is full, or else its last line"
    lines = log.read_text().strip().splitlines() or ['']
    return next((o for o in reversed(lines) if FULL in o), lines[-1])

def attempt(out, stage):
    "Fill the disk once work on a stage has begun; return the error, '' if there was none"
    log = Path(f'{out}.log')
    log.unlink(missing_ok=True)
    process = start(out)
    wait_for_work(process, out, stage)
    fill(out/'ballast')
    failed = process.wait() != 0
    (out/'ballast').unlink()
    return error_of(log) if failed else ''

def fill_again_and_again(roomy, small):
    "Return a log of the full disks, and the stages that were made twice"
    log, again, done = [], [], {}
    for stage in finished(roomy):
        if stage in done: continue # finished before the disk was full
        error, now = attempt(small, stage), finished(small)
        again += [k for k in done if now.get(k) != done[k]]
        unfinished = (small/f'{stage}.part').exists()
        log.append(dict(stage=stage, unfinished=unfinished, finished=len(now), error=error.replace(str(small), '...')))
        print(log[-1], flush=True)
        done = now
    to_the_end(start(small))
    return log, again + [k for k,v in finished(small).items() if k in done and done[k] != v]

def main(report, folder, mib=96):
    folder = Path(folder or tempfile.mkdtemp())
    roomy, small = folder/'unbroken', folder/'small'
    small.mkdir(parents=True)
    if not (roomy/'02_from_nevus.txt').exists(): to_the_end(start(roomy))
    mount(small, mib)
    try:
        log, again = fill_again_and_again(roomy, small)
        odd = differences(roomy, small)
    finally: subprocess.run(['umount', small])
    full = [o for o in log if o['error']]
    silent = [o for o in full if FULL not in o['error']]
    if report: pd.DataFrame(log).to_csv(report, index=False)
    print(f'full {len(full)} times, in {sum(o["unfinished"] for o in full)} of {len(finished(roomy))} stages, '
          f'{len(silent)} times without a word of it')
    print(f'made again: {again or "none"}; files that differ from the run with room: {odd or "none"}')
    sys.exit(bool(silent or again or odd))

if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--report', help='csv to write')
    p.add_argument('--folder', help='where the runs are kept; an `unbroken` one there is used')
    main(**vars(p.parse_args()))
