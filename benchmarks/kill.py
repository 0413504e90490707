"""Is anything lost by `kill -9`, or by two at once? Two processes make both experiments at scale `tiny` in one folder at the same time: no row may be lost or
doubled. Then, in another folder, the same is killed again and again, in every stage, and started with the same command; the results must be those of the
first folder, to the byte, and no finished stage may be made again.

    python benchmarks/kill.py --kills 36 --report results/benchmarks/kill.csv
"""
import argparse, filecmp, json, os, random, subprocess, sys, tempfile, time
from pathlib import Path
import pandas as pd, psutil

NOTEBOOKS = [Path(__file__).parents[1]/f'nbs/experiments/{o}.ipynb' for o in ('01_from_noise', '02_from_nevus')]
VARIES = {'provenance.json'} # seconds and hardware

ALIKE = dict(os.environ, OMP_NUM_THREADS='1', GOMP_SPINCOUNT='0') # another number of threads gives other roundings

def command(out, tag=''): # both notebooks, one after the other, as one process tree
    return ' && '.join(f'{sys.executable} -m papermill --no-progress-bar -p scale tiny -p out {out} {o} {out}{tag}.{o.stem}.ipynb' for o in NOTEBOOKS)

def start(out, tag=''): return subprocess.Popen(command(out, tag), shell=True, env=ALIKE, stdout=subprocess.DEVNULL, stderr=open(f'{out}{tag}.log', 'a'))

def to_the_end(*processes):
    for o in processes:
        if o.wait(): raise SystemExit(f'failed: {o.args}')

def kill(process):
    "The shell, papermill and the kernel, at once"
    tree = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    for o in tree:
        try: o.kill() # SIGKILL
        except psutil.NoSuchProcess: pass
    psutil.wait_procs(tree); process.wait()

def finished(out): # stage: when it was finished, in the order of their making
    files = sorted(out.rglob('provenance.json'), key=lambda o: o.stat().st_mtime_ns)
    return {str(o.parent.relative_to(out)): o.stat().st_mtime_ns for o in files if not o.parent.name.endswith('.part')}

def seconds(out, stage): return json.loads((out/stage/'provenance.json').read_text())['seconds']

def broken_off(out, stage, wait):
    "Start, and kill `wait` seconds after work on the stage began or went on; did that leave it unfinished?"
    process = start(out)
    was = newest(out/f'{stage}.part')
    while process.poll() is None and not (out/stage).exists() and newest(out/f'{stage}.part') == was: time.sleep(.002)
    time.sleep(wait)
    if process.poll() is None: kill(process)
    return (out/f'{stage}.part').exists()

def newest(folder): # when something in it changed last
    try: return max(o.stat().st_mtime_ns for o in [folder, *folder.rglob('*')])
    except FileNotFoundError: return 0 # not there, or just being renamed

def results(out): # every file that a run leaves and that must not vary
    keep = lambda o: o.is_file() and o.name not in VARIES and not o.name.endswith('.lock') and 'pixels' not in o.relative_to(out).parts and o.suffix != '.csv' or o.name in ('predictions.csv','manifest.csv')
    return {str(o.relative_to(out)): o for o in sorted(out.rglob('*')) if keep(o)}

def differences(a, b):
    a_files, b_files = results(a), results(b)
    odd = sorted(set(a_files) ^ set(b_files)) + [k for k in a_files if k in b_files and not filecmp.cmp(a_files[k], b_files[k], shallow=False)]
    rows = [o for o in ('01_from_noise.csv','02_from_nevus.csv') if not pd.read_csv(a/o).drop(columns='seconds').equals(pd.read_csv(b/o).drop(columns='seconds'))]
    return odd + rows

def main(kills, report, folder, seed=0):
    rng, folder = random.Random(seed), Path(folder or tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    unbroken, broken = folder/'unbroken', folder/'broken'
    if not (unbroken/'02_from_nevus.txt').exists(): to_the_end(start(unbroken), start(unbroken, '-too'))
    stages = list(finished(unbroken))
    plan = sorted([*rng.sample(range(len(stages)), min(kills, len(stages))), *rng.choices(range(len(stages)), k=max(0, kills-len(stages)))])
    done, log, again = {}, [], []
    for i in plan:
        if stages[i] in done: continue # a kill that came too late, or by chance none is left to it
        wait = rng.random()*seconds(unbroken, stages[i])/2
        hit, now = broken_off(broken, stages[i], wait), finished(broken)
        again += [k for k in done if now.get(k) != done[k]]
        log.append(dict(stage=stages[i], wait=round(wait, 2), in_the_stage=hit, finished_before=len(done), finished_after=len(now)))
        done = now
        print(log[-1], flush=True)
    to_the_end(start(broken))
    again += [k for k,v in finished(broken).items() if k in done and done[k] != v]
    odd = differences(unbroken, broken)
    if report: pd.DataFrame(log).to_csv(report, index=False)
    hits = [o['stage'] for o in log if o['in_the_stage']]
    print(f'{len(log)} kills, {len(hits)} of them in {len(set(hits))} of {len(stages)} stages, the others between two; made again: {again or "none"}; files that differ from the unbroken run: {odd or "none"} of {len(results(unbroken))}')
    sys.exit(bool(again or odd or not hits))

if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--kills', type=int, default=36); p.add_argument('--report'); p.add_argument('--folder', help='where the runs are kept; an `unbroken` one there is used')
    main(**vars(p.parse_args()))
