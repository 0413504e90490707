"""Compare the arms whose predictions are in results/ham10000-64px (made with version 0.1.0) with the baselines in
`TABLES`, the photographs of a lesion kept together, and write comparisons.csv. p is corrected for all comparisons of an
experiment that are of one measure.

    python benchmarks/judge.py --data <folder of HAM10000 in the official ISIC 2019 layout>
"""
import argparse
from collections import defaultdict
from pathlib import Path
import pandas as pd
from skingan.datasets import isic2019
from skingan.evidence import compare, read_predictions, together
from skingan.split import lesion_groups

RESULTS = Path(__file__).parent.parent/'results/ham10000-64px'
OF_NONE = {'none': ()}
TABLES = { # experiment: (folder of predictions, beginnings of its arms, measures, {baseline: arms; (): all others})
    '1': ('.', ('none','acgan','cyclegan'), ('accuracy','balanced_accuracy'), OF_NONE),
    '2': ('.', ('none','nevus'), ('accuracy','balanced_accuracy','MEL_recall'), OF_NONE),
    '3': ('conditional-wgan', ('',), ('accuracy','balanced_accuracy'), OF_NONE),
    '3, synthetic only': ('four-classes', ('cwgan','acgan'), ('accuracy','balanced_accuracy'), {'cwgan_gp-alone': ()}),
    '5': ('imbalance', ('',), ('MEL_roc_auc','MEL_average_precision'),
          dict(traditional=(), oversampled=('cyclegan','smoothing'), cyclegan=('smoothing',)))}

def read_runs(folder, prefixes):
    "Return {arm: [predictions, a table a seed]}"
    runs = defaultdict(dict)
    for file in folder.glob('*-seed*.csv*'):
        arm, seed = file.name.partition('.')[0].split('-seed')
        if arm.startswith(prefixes): runs[arm][int(seed)] = read_predictions(file)
    if len({frozenset(o) for o in runs.values()}) > 1: raise ValueError(f'{folder}: the arms have not all the same seeds')
    return {arm: [o[seed] for seed in sorted(o)] for arm,o in sorted(runs.items())}

def judge(experiment, lesions):
    "Return the comparisons of an experiment"
    folder, prefixes, measures, baselines = TABLES[experiment]
    runs = read_runs(RESULTS/'predictions'/folder, prefixes)
    def against(baseline, arms, measure):
        chosen = {o: runs[o] for o in (baseline, *arms)} if arms else runs
        return compare(chosen, baseline, measure, lesions)
    by_measure = {m: together({b: against(b, arms, m) for b,arms in baselines.items()}) for m in measures}
    tables = {(experiment, b, m): by_measure[m][b] for b in baselines for m in measures}
    return pd.concat(tables, names=['experiment','baseline','measure','arm'])

def main(data):
    df = isic2019(data, missing='keep')
    lesions = pd.Series(lesion_groups(df).values, df.image)
    table = pd.concat([judge(o, lesions) for o in TABLES])
    print(table.round(3).to_string())
    table.round(4).to_csv(RESULTS/'comparisons.csv')

if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--data', required=True, help='folder of HAM10000')
    main(**vars(p.parse_args()))
