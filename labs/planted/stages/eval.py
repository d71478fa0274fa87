"""Evaluates the "model" that train.sh wrote. The stage protocol is the environment, one JSON file in, one out."""

import json
import os

from surface import item_scores, levels_of, observed

with open(os.environ["CAIRN_PARAMS"], encoding="utf-8") as file:
    params = json.load(file)
with open(os.path.join(os.environ["CAIRN_IN_TRAIN"], "model.txt"), encoding="utf-8") as file:
    model = dict(line.split() for line in file)
out = os.environ["CAIRN_OUT"]

levels = levels_of(model | {"decoder": params["decoder"]})
seed, steps = model["seed"], model["steps"]

metrics = {name: observed(name, levels, steps, seed) for name in ("score", "loss", "latency_ms")}
scores = item_scores(metrics["score"], levels, seed, params["items"])
metrics["score"] = sum(scores) / len(scores)

os.makedirs(os.path.join(out, "items"), exist_ok=True)
with open(os.path.join(out, "items", "score.jsonl"), "w", encoding="utf-8") as file:
    for number, score in enumerate(scores):
        # Items come in fours from one source, as questions about one text do.
        file.write(json.dumps({"id": f"q{number:02}", "score": score, "cluster": f"text{number // 4}"}) + "\n")
with open(os.path.join(out, "metrics.json"), "w", encoding="utf-8") as file:
    json.dump(metrics, file)
