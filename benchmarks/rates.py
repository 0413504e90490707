"""At which learning rate does each model of experiment 6 learn most in a few minutes? Each trains at several rates, its
plan's among them, on a replicate that experiment 6 does not use. The nearness and the variety of the images that it then
generates are measured against valid, so that copies of training images gain nothing. Grids are kept to be looked at.

    python benchmarks/rates.py --data ham10000 --minutes 3 --cluster 2 --out runs/rates --report results/benchmarks/rates.csv
"""
import argparse
from dataclasses import replace
from functools import partial
import pandas as pd
from skingan.datasets import load_data
from skingan.device import hardware
from skingan.estimate import make_learner
from skingan.experiment import Experiment
from skingan.features import RandomFeatures
from skingan.plans import models_compared, set_up
from skingan.show import qualities, quality_table, varieties
from skingan.stages import generate_set, train_model

def plans_of(plan, minutes, factors, train):
    "Return {(model, learning rate): its plan for so many minutes}"
    found = {}
    for name in plan.compared:
        recipe = plan.recipes[name]
        shorter = replace(plan, recipes={name: replace(recipe, steps=round(recipe.steps*minutes/20))}) # bench: 20 minutes
        gan = shorter.gan_of(name, len(train))
        rate = make_learner(gan, name, train).lr
        found.update({(name, f'{rate*o:.1e}'): replace(gan, lr=float(f'{rate*o:.1e}')) for o in factors})
    return found

def judged(images, rep, features):
    "Return nearness to valid images and variety, means over classes"
    near = quality_table(qualities(rep.df[rep.df.split=='valid'], {'of it': images}, features), ('kid','recall','coverage'))
    ratios = varieties(rep.train, {'of it': images}, 0)[['ratio','nearest_ratio']].min(axis=1)
    return dict(near.loc['of it'], variety=ratios.mean())

def main(data, minutes, factors, replicate, cluster, out, report):
    plan, out, workers = set_up(models_compared, 'bench', replicate, out, 1, cluster)
    rep = Experiment('rates', data, plan, out, partial(load_data, data, plan.data, out), workers).replicate(replicate)
    plans = plans_of(plan, minutes, factors, rep.train)
    trainings = {k: (rep.df, o, out/f'{k[0]}-{k[1]}', k[0], replicate) for k,o in plans.items()}
    gans = workers.each(train_model, trainings)
    sets = workers.each(generate_set, {k: (o, 50, o.parent/'images', 0) for k,o in gans.items()})
    features = RandomFeatures(plan.size)
    rows = [dict(model=k[0], lr=k[1], epochs=plans[k].epochs, **judged(o, rep, features)) for k,o in sets.items()]
    table = pd.DataFrame(rows).round(3).assign(minutes=minutes, replicate=replicate, hardware=hardware())
    print(table.to_string())
    if report: table.to_csv(report, index=False)

if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--data', default='simulated')
    p.add_argument('--minutes', type=float, default=3)
    p.add_argument('--factors', type=float, nargs='+', default=[1/3, 1, 3])
    p.add_argument('--replicate', type=int, default=100)
    p.add_argument('--cluster', default='')
    p.add_argument('--out', default='runs/rates')
    p.add_argument('--report', help='csv to write')
    main(**vars(p.parse_args()))
