"""Is anything lost by `kill -9`, or by two processes in one folder? Two processes run experiments 1 and 2 at preset
`tiny` in one folder at the same time: no row may be lost or doubled. Then, in another folder, the same command is killed
in one stage after another and started again. Its results must equal those of the first folder, to the byte, and no
finished stage may be made twice. At last two workers of a cluster do the same in a third folder, and each is killed once.

    python benchmarks/kill.py --kills 36 --report results/benchmarks/kill.csv
"""
import argparse, json, os, random, re, signal, subprocess, sys, tempfile, time
from contextlib import nullcontext
from pathlib import Path
import pandas as pd, psutil

EXPERIMENTS = {'01_from_noise': 'cyclegan-8', '02_from_nevus': 'nevus-1/2-8'} # and an arm of their tables
ONE_THREAD = dict(os.environ, OMP_NUM_THREADS='1', GOMP_SPINCOUNT='0', # sums of two threads are rounded otherwise
                  SKINGAN_CHECKPOINT_MINUTES='0')

def start(out, tag='', **parameters):
    "Start both experiments, one after the other, in a process of their own"
    command = [sys.executable, '-m', 'skingan.command', *EXPERIMENTS, '--preset', 'tiny', '--out', str(out)]
    if parameters: command += ['--set', *(f'{k}={v}' for k,v in parameters.items())]
    with open(f'{out}{tag}.log', 'a') as log:
        return subprocess.Popen(command, env=ONE_THREAD, stdout=subprocess.DEVNULL, stderr=log)

def to_the_end(*processes):
    for process in processes:
        if process.wait(): raise SystemExit(f'failed: {process.args}')

def kill(process):
    "Kill the command and its kernel, at once"
    command = psutil.Process(process.pid)
    tree = [command, *command.children(recursive=True)]
    for o in tree:
        try: o.kill() # SIGKILL
        except psutil.NoSuchProcess: pass
    psutil.wait_procs(tree)
    process.wait()

def finished(out):
    "Return {stage: time when it was finished}, in the order of their making"
    files = sorted(out.rglob('provenance.json'), key=lambda o: o.stat().st_mtime_ns)
    stages = [o.parent for o in files if not o.parent.name.endswith('.part')]
    return {str(o.relative_to(out)): (o/'provenance.json').stat().st_mtime_ns for o in stages}

def seconds(out, stage): return json.loads((out/stage/'provenance.json').read_text())['seconds']

def newest(folder):
    "Return when something in a folder last changed"
    try: return max(o.stat().st_mtime_ns for o in [folder, *folder.rglob('*')])
    except FileNotFoundError: return 0 # it is not there, or is being renamed

def wait_for_work(process, out, stage):
    "Wait until work on a stage begins or goes on, or until there is nothing to wait for"
    part, was = out/f'{stage}.part', newest(out/f'{stage}.part')
    while process.poll() is None and not (out/stage).exists() and newest(part) == was: time.sleep(.002)

def killed_in(out, stage, wait):
    "Start, kill `wait` seconds after work on a stage began, and return whether it is left unfinished"
    process = start(out)
    wait_for_work(process, out, stage)
    time.sleep(wait)
    if process.poll() is None: kill(process)
    return (out/f'{stage}.part').exists()

def must_not_vary(file, out):
    "Is this a file of results, and not a log, a lock, a cache or a table with seconds?"
    if not file.is_file() or file.name == 'provenance.json' or 'pixels' in file.relative_to(out).parts: return False
    if file.suffix == '.csv': return file.name in ('predictions.csv', 'valid.csv', 'manifest.csv')
    return file.suffix not in ('.lock', '.ipynb', '') # no suffix: .folder

def results(out): return {str(o.relative_to(out)): o for o in sorted(out.rglob('*')) if must_not_vary(o, out)}

def content(file):
    "Return the bytes of a file; of a model card, without the seconds of its training"
    found = file.read_bytes()
    return re.sub(rb'\n\d+ seconds.*', b'', found) if file.name == 'README.md' else found

def rows(out, name): return pd.read_csv(out/f'{name}.csv').drop(columns='seconds')

def differences(a, b):
    "Return the files and tables that differ between two folders of results"
    files_a, files_b = results(a), results(b)
    only_one = sorted(set(files_a) ^ set(files_b))
    both = sorted(set(files_a) & set(files_b))
    unequal = [o for o in both if content(files_a[o]) != content(files_b[o])]
    lost = [o for o,arm in EXPERIMENTS.items() if arm not in (b/f'{o}.txt').read_text(encoding='utf-8')]
    return only_one + unequal + lost + [o for o in EXPERIMENTS if not rows(a, o).equals(rows(b, o))]

def planned_kills(n_stages, kills, rng):
    "Return the stages to be killed in, every one before any twice"
    first = rng.sample(range(n_stages), min(kills, n_stages))
    return sorted(first + rng.choices(range(n_stages), k=max(0, kills-n_stages)))

def kill_again_and_again(unbroken, broken, kills, rng):
    "Return a log of the kills, and the stages that were made twice"
    stages, done, log, again = list(finished(unbroken)), {}, [], []
    for i in planned_kills(len(stages), kills, rng):
        stage = stages[i]
        if stage in done: continue # a kill came too late for it
        wait = rng.random()*seconds(unbroken, stage)/2
        hit, now = killed_in(broken, stage, wait), finished(broken)
        again += [k for k in done if now.get(k) != done[k]]
        log.append(dict(stage=stage, wait=round(wait, 2), in_the_stage=hit, finished_before=len(done), finished_after=len(now)))
        print(log[-1], flush=True)
        done = now
    to_the_end(start(broken))
    return log, again + [k for k,v in finished(broken).items() if k in done and done[k] != v]

def busy_worker(process, out, seen):
    "Wait for a process that works on a stage, other than those seen; return it and its stage; None: all is done"
    while process.poll() is None:
        for lock in out.rglob('.*.lock'):
            try: pid = int(re.search(r'pid=(\d+)', lock.read_text())[1])
            except (FileNotFoundError, TypeError): continue # released, or not yet written
            if pid not in seen and (lock.parent/f'{lock.stem[1:]}.part/checkpoint.safetensors').exists(): return pid, lock
        time.sleep(.02)

def kill_workers(out):
    "Run both experiments on two workers, of which one is killed and one is ended by SIGTERM; return whose stages they were"
    process, stages, seen = start(out, cluster=2), [], set()
    for sig in signal.SIGKILL, signal.SIGTERM:
        found = busy_worker(process, out, seen)
        if not found: break
        os.kill(found[0], sig)
        seen.add(found[0])
        stages.append(found[1].stem[1:])
        print(f'{sig.name} to the worker that made {stages[-1]}', flush=True)
    to_the_end(process)
    return stages

def main(kills, report, folder, seed=0):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    unbroken, broken = folder/'unbroken', folder/'broken'
    if not (unbroken/'02_from_nevus.txt').exists(): to_the_end(start(unbroken), start(unbroken, '-too'))
    log, again = kill_again_and_again(unbroken, broken, kills, random.Random(seed))
    odd = differences(unbroken, broken)
    if report: pd.DataFrame(log).to_csv(report, index=False)
    hits = [o['stage'] for o in log if o['in_the_stage']]
    print(f'{len(log)} kills, {len(hits)} of them in {len(set(hits))} of {len(finished(unbroken))} stages, the others between two')
    print(f'made again: {again or "none"}; files that differ: {odd or "none"} of {len(results(unbroken))}')
    stopped, odd_too = kill_workers(folder/'workers'), differences(unbroken, folder/'workers')
    print(f'{len(stopped)} workers of a cluster stopped; files that differ: {odd_too or "none"} of {len(results(unbroken))}')
    return bool(again or odd or odd_too or not hits or len(stopped) < 2)

if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--kills', type=int, default=36)
    p.add_argument('--report', help='csv to write')
    p.add_argument('--folder', help='where the runs are kept; an `unbroken` one there is used. By default removed')
    args = p.parse_args()
    with nullcontext(args.folder) if args.folder else tempfile.TemporaryDirectory() as folder:
        sys.exit(main(args.kills, args.report, folder))
