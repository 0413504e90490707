"""One replicate of experiment 1, in parts of some minutes: each part goes on from what the last one had finished, and from
its checkpoints. After each part, what is worth keeping lies in one archive: the executed notebook, rows, predictions
and the grids of samples. Call it again until it says that all is done.

    python benchmarks/replicate.py --data /data/ham10000 --minutes 9 --archive ham10000-128px.tar.gz
"""
import argparse, os, subprocess, sys, tarfile, time
from pathlib import Path
import psutil
from skingan.command import keep_results

NAME, LIMIT = '01_from_noise', 16*2**20 # bytes of the archive

def kill(process):
    "Kill a process and its kernel"
    parent = psutil.Process(process.pid)
    for o in [*parent.children(recursive=True), parent]: o.kill()
    process.wait()

def part(out, minutes, **options):
    "Run for some minutes; return whether the experiment is finished, None if it failed"
    texts = [text for k,v in options.items() for text in (f'--{k}', str(v))]
    command = [sys.executable, '-m', 'skingan.command', NAME, '--out', str(out), *texts]
    checkpoints = dict(os.environ, SKINGAN_CHECKPOINT_MINUTES='1')
    process = subprocess.Popen(command, env=checkpoints)
    try: code = process.wait(60*minutes)
    except subprocess.TimeoutExpired:
        kill(process)
        return False
    return code == 0 or None

def progress(out):
    "Return the number of finished stages, and the time of the newest file of a stage"
    n = sum('.part' not in str(o) for o in out.rglob('provenance.json'))
    times = [o.stat().st_mtime for o in out.rglob('*.safetensors')]
    return n, max(times, default=0.)

def pack(out, archive):
    "Write what is worth keeping, of finished stages and of others, to one archive"
    kept = out/'kept'
    kept.mkdir(exist_ok=True)
    keep_results(out, kept, [NAME] if (out/f'{NAME}.ipynb').exists() else [])
    files = {o: o.relative_to(kept) for o in kept.rglob('*') if o.is_file()}
    files |= {o: Path('grids', o.parent.name, o.name) for o in out.glob('*/epoch-*.jpg')}
    with tarfile.open(archive, 'w:gz') as tar:
        for file,name in files.items(): tar.add(file, name)
    size = Path(archive).stat().st_size
    print(f'{archive}: {len(files)} files, {size/2**20:.1f} MB')
    if size > LIMIT: sys.exit(f'{archive} is larger than {LIMIT/2**20:.0f} MB')

def main(data, preset, minutes, out, archive):
    out, start = Path(out), time.time()
    out.mkdir(parents=True, exist_ok=True)
    before = progress(out)
    is_done = part(out, minutes, data=data, preset=preset)
    after = progress(out)
    print(f'{time.time()-start:.0f} s: {after[0]-before[0]} stages finished in this part, {after[0]} in all')
    pack(out, archive)
    if is_done is None: sys.exit(f'the experiment failed; the error is in {NAME}.ipynb, in the archive')
    if not is_done and before == after: sys.exit('nothing was finished in this part: give more --minutes')
    print('all is done' if is_done else 'not all is done: call the same again')

if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--data', required=True, help='folder of images, or simulated')
    p.add_argument('--preset', default='bench_gpu')
    p.add_argument('--minutes', type=float, default=9)
    p.add_argument('--out', default='runs/replicate')
    p.add_argument('--archive', default='replicate.tar.gz')
    main(**vars(p.parse_args()))
