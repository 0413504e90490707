"""How much faster is a table on several workers? Experiment 1 at preset `tiny`, with more steps so that a stage takes
some seconds, for several replicates: in one process of one thread, in one process of two threads, and on two workers of
one thread. From the first stage to the last, with workers that have imported what they need; medians of interleaved runs.

    python benchmarks/grid.py --replicates 8 --repeats 3 --report results/benchmarks/grid.csv
"""
import argparse, os, tempfile, time
from dataclasses import replace
from functools import partial
from pathlib import Path
import pandas as pd
from skingan.cluster import connect, n_cores
from skingan.datasets import load_data
from skingan.device import hardware
from skingan.experiment import Arm, Experiment, REAL
from skingan.plans import from_noise
from skingan.stages import generate_set, train_cyclegan, train_gan, translate_set
from skingan.tasks import Workers

def longer(plan):
    "Return a plan whose stages take some seconds each, and whose classifiers look for no learning rate"
    return replace(plan, gan=replace(plan.gan, epochs=20), refine=replace(plan.refine, steps=100),
                   classifier=replace(plan.classifier, lr=1e-3))

def make_sets(rep, workers):
    "Generate and refine the images of a replicate, as experiment 1 does"
    plan, labels = rep.plan, sorted(set(rep.train.label))
    gan = workers.call(train_gan, rep.df, plan.gan, rep.path('acgan'), rep.seed('acgan'))
    n = max(plan.n_per_class)
    tasks = {o: (gan, n, rep.path(o), rep.seed(o)) for o in ('to-learn','to-add')}
    to_learn, to_add = workers.each(generate_set, tasks).values()
    def task(label):
        a, b = (o[o.label==label] for o in (to_learn, rep.train))
        return a, b, plan.refine, rep.path(f'cyclegan-{label}'), rep.seed('cyclegan', label)
    cyclegans = workers.each(train_cyclegan, {o: task(o) for o in labels})
    return dict(acgan=to_add, cyclegan=workers.call(translate_set, to_add, cyclegans, rep.path('refined')))

def seconds(workers, n_replicates):
    "Make the table in an empty folder, and return how long that takes"
    plan = replace(longer(from_noise('tiny')), replicates=tuple(range(n_replicates)), threads=workers.threads)
    with tempfile.TemporaryDirectory() as folder:
        load = partial(load_data, 'simulated', plan.data, folder)
        exp = Experiment('grid', 'simulated', plan, Path(folder), load, workers)
        exp.replicate(0) # the lesions are drawn
        arms = [REAL] + [Arm(o, o, max(plan.n_per_class)) for o in ('acgan','cyclegan')]
        start = time.perf_counter()
        exp.rows(arms, partial(make_sets, workers=workers))
        return time.perf_counter() - start

def main(replicates, repeats, report):
    os.environ['SKINGAN_CACHE'] = tempfile.mkdtemp()
    two = connect(2, Path(os.environ['SKINGAN_CACHE']))
    ways = {'one thread': Workers(threads=1), 'two threads': Workers(threads=2),
            'two workers of one thread': replace(two, threads=1)}
    two.each(seconds_of_import, {o: () for o in 'ab'})
    found = [dict(way=k, seconds=seconds(o, replicates)) for _ in range(repeats) for k,o in ways.items()]
    table = pd.DataFrame(found).groupby('way', sort=False).median().round(1)
    table['times_as_fast'] = (table.seconds.iloc[0]/table.seconds).round(2)
    table = table.assign(replicates=replicates, repeats=repeats, cores=n_cores(), hardware=hardware())
    print(table.to_string())
    if report: table.to_csv(report)

def seconds_of_import():
    "Import what a stage needs"
    start = time.perf_counter()
    import skingan.experiment # noqa: F401
    return time.perf_counter() - start

if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--replicates', type=int, default=8)
    p.add_argument('--repeats', type=int, default=3)
    p.add_argument('--report', help='csv to write')
    main(**vars(p.parse_args()))
