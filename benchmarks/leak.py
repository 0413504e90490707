"""What does a split by image flatter? The classifier of the arm `real` is trained on real images that are split by
image and by lesion, with the same number of training images and steps. Two questions:

1. How much higher is a measure where the split is by image? The test images differ, so the means over replicates are
   compared by Welch's method, each with the standard error of replicates and lesions. Both kinds of splits draw their
   test lesions from the same ones, which is ignored.
2. In the split by image, how much higher is it for test images whose lesion is in train? In each replicate one
   classifier judges both, so the difference itself is averaged. Lesions with several photographs may be of another
   kind, so that the same difference in the split by lesion, where none is in train, stands beside it.

    python benchmarks/leak.py --data <folder of HAM10000 in the official ISIC 2019 layout> --report leak.csv
"""
import argparse
from dataclasses import replace
from pathlib import Path
import numpy as np, pandas as pd
from PIL import Image
from scipy.stats import t
from skingan.datasets import isic2019
from skingan.evidence import measured, standard_error, summarize
from skingan.experiment import Experiment, REAL
from skingan.plans import COUNTS, from_noise
from skingan.simulate import simulate_lesions
from skingan.split import lesion_groups, split

MEASURES = ('accuracy','balanced_accuracy')
WAYS = {'by image': None, 'by lesion': 'lesion_id'} # of splitting: the column that stays on one side

def photograph_again(path):
    "Write a mirrored, slightly darker image beside it, and return where"
    x, new = np.asarray(Image.open(path)), Path(path).with_suffix('.again.png')
    Image.fromarray((x[:,::-1]*.95).astype(np.uint8)).save(new)
    return str(new)

def simulated_photographs(out, counts, size):
    "Return simulated lesions, every other one with a second photograph"
    df = simulate_lesions(out/'lesions', counts, size)
    df = df.assign(lesion_id=df.image)
    twice = df[::2]
    again = twice.assign(image=twice.image + '-again', path=twice.path.map(photograph_again))
    return pd.concat([df, again], ignore_index=True)

def splits(df, seed):
    "Return {how it is split: table}, with as many training images"
    tables = {name: split(df, seed, by) for name,by in WAYS.items()}
    n = min((o.split=='train').sum() for o in tables.values())
    def fewer(df):
        train = df[df.split=='train']
        return df.drop(train.sample(len(train)-n, random_state=seed).index).reset_index(drop=True)
    return {k: fewer(o) for k,o in tables.items()}

def interval(difference, se, df):
    margin, p = t.isf(.025, df)*se, 2*t.sf(abs(difference)/se, df)
    return dict(difference=difference, low=difference-margin, high=difference+margin, p=p)

def welch(tables, others, measure, lesions):
    "Return the difference of the means of a measure in splits of two kinds"
    (a, se_a, df_a), (b, se_b, df_b) = [mean_of(o, measure, lesions) for o in (tables, others)]
    variance = se_a**2 + se_b**2
    df = variance**2/(se_a**4/df_a + se_b**4/df_b)
    return dict(first=a, second=b) | interval(a-b, variance**.5, df)

def mean_of(tables, measure, lesions):
    values, parts = measured(tables, measure, lesions)
    return values.mean(), *standard_error(values, parts)

def on_both_sides(preds, chosen):
    "Return the chosen rows and the others, of classes that have both"
    a, b = preds[chosen], preds[~chosen]
    return a[a.label.isin(b.label)], b[b.label.isin(a.label)]

def within(tables, chosen, measure, lesions):
    "Return the mean difference of a measure between the chosen test images and the others of the same replicate"
    pairs = [on_both_sides(o, o.image.isin(ids)) for o,ids in zip(tables, chosen)]
    (a, parts_a), (b, parts_b) = [measured(o, measure, lesions) for o in zip(*pairs)]
    of_all = parts_a.index.union(parts_b.index)
    parts_a, parts_b = (o.reindex(of_all, fill_value=0.) for o in (parts_a, parts_b))
    return dict(first=a.mean(), second=b.mean()) | interval((a-b).mean(), *standard_error(a-b, parts_a-parts_b))

def train(df, preset, name, out, replicates):
    "Return the predictions of the replicates of one kind of splits; those that are there are read"
    plan = from_noise(preset)
    data = replace(plan.data, by=WAYS[name])
    plan = replace(plan, replicates=tuple(range(replicates)), data=data)
    def load(seed, fold): return splits(df, seed)[name]
    exp = Experiment('leak', 'real', plan, out/name.replace(' ', '-'), load)
    print(exp.rows([REAL])[['replicate','steps','n_test','lrs', *MEASURES]].assign(split=name).to_string())
    return [exp.predictions(REAL, o) for o in range(replicates)]

def several(df):
    "Return the images in train of whose lesion there is another photograph"
    return df.image[lesion_groups(df).duplicated(keep=False)]

def in_train(df, seed):
    "Return the test images of the split by image whose lesion is in train, too"
    table = splits(df, seed)['by image']
    lesions = lesion_groups(table)
    return table.image[(table.split=='test') & lesions.isin(lesions[table.split=='train'])]

def questions(df, runs, measure):
    "Return a row per comparison"
    lesions = pd.Series(lesion_groups(df).values, df.image)
    by_image, by_lesion = runs['by image'], runs['by lesion']
    leaked, twice = [in_train(df, o) for o in range(len(by_image))], [several(df)]*len(by_lesion)
    return {'split by image less by lesion': welch(by_image, by_lesion, measure, lesions),
            'by image: lesion in train less not': within(by_image, leaked, measure, lesions),
            'by lesion: several photographs less one': within(by_lesion, twice, measure, lesions)}

def main(data, replicates, preset, out, report):
    out = Path(out)
    plan = from_noise(preset)
    if data == 'simulated': df = simulated_photographs(out, COUNTS[preset], plan.data.size)
    else: df = isic2019(data, missing='skip')
    runs = {o: train(df, preset, o, out, replicates) for o in WAYS}
    fractions = [in_train(df, o).size/len(runs['by image'][o]) for o in range(replicates)]
    print(f'split by image: the lesion of {np.mean(fractions):.0%} of the test images is in train, too')
    lesions = pd.Series(lesion_groups(df).values, df.image)
    print(pd.concat({o: summarize(runs, o, lesions) for o in MEASURES}).round(3).to_string())
    table = pd.concat({o: pd.DataFrame(questions(df, runs, o)).T for o in MEASURES}, names=['measure','comparison'])
    table = table.assign(replicates=replicates, preset=preset, leaked=np.mean(fractions))
    print(table.round(3).to_string())
    if report: table.round(4).to_csv(report)

if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--data', required=True, help="folder of HAM10000, or 'simulated' (presets tiny and demo)")
    p.add_argument('--replicates', type=int, default=3, help='at least 2')
    p.add_argument('--preset', choices=['bench','demo','tiny'], default='bench')
    p.add_argument('--out', default='runs/leak', help='folder; trainings that are there are read')
    p.add_argument('--report', help='csv to write')
    main(**vars(p.parse_args()))
