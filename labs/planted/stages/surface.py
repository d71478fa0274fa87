"""The planted response surface: truth.json read as a function of what is in the model, and noise around it.

y(levels, seed) = f(levels) + u(seed) + v(seed, levels) + e(seed, levels, item)
  f   baseline + main effects + interactions of pairs, shrunk towards the baseline at fewer steps
  u   a seed's shared part: the same for every combination under one seed, so that paired runs cancel it
  v   a combination's own part under that seed
  e   sampling error of one evaluated item (the score alone has items)
"""

import json
import os
import random

with open(os.path.join(os.path.dirname(__file__), "..", "truth.json"), encoding="utf-8") as file:
    TRUTH = json.load(file)

# What the model says of itself -> the level of truth.json that it stands for.
LEVEL_OF = {
    ("dedupe", "lines"): "dedupe",
    ("optimizer", "muon"): "muon",
    ("optimizer", "lion"): "lion",
    ("batch", "64"): "big-batch",
    ("lr", "0.3"): "high-lr",
    ("positions", "rotary"): "rotary",
    ("qk_norm", "yes"): "qk-norm",
    ("context", "256"): "context=medium",
    ("context", "512"): "context=long",
    ("warmup", "0"): "no-warmup",
    ("log", "quiet"): "tidy-logs",
    ("decoder", "beam"): "beam-search",
}


def levels_of(model):
    """The sorted levels that a model (a dict of strings) is made of."""
    return sorted(LEVEL_OF[item] for item in model.items() if item in LEVEL_OF)


def diverges(levels):
    return any(set(corner) <= set(levels) for corner in TRUTH["diverges"])


def response(objective, levels, steps):
    """f: the true value of an objective; NaN in the diverging corner (the latency is measured all the same)."""
    if diverges(levels) and objective != "latency_ms":
        return float("nan")
    gain = sum(TRUTH["effects"][level].get(objective, 0) for level in levels)
    for pair in TRUTH["interactions"]:
        if set(pair["levels"]) <= set(levels):
            gain += pair["effect"].get(objective, 0)
    return TRUTH["baseline"][objective] + TRUTH["shrink"][str(steps)] * gain


def observed(objective, levels, steps, seed):
    """f + u + v: what a run of that seed measures, but for the sampling error of items."""
    noise = TRUTH["noise"][objective]
    shared = random.Random(f"{seed}/{objective}").gauss(0, noise["seed"])
    own = random.Random(f"{seed}/{objective}/{'+'.join(levels)}").gauss(0, noise["own"])
    return response(objective, levels, steps) + shared + own


def item_scores(mean, levels, seed, count):
    """Scores of `count` items around `mean`: items differ in difficulty (the same for every model, adding up to
    nothing) and each is scored with an error of its own."""
    noise = TRUTH["noise"]["score"]
    error = random.Random(f"{seed}/items/{'+'.join(levels)}")
    spread = [noise["difficulty"] * (2 * i / (count - 1) - 1) for i in range(count)]
    return [mean + difficulty + error.uniform(-noise["item"], noise["item"]) for difficulty in spread]
