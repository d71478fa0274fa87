"""Seeds an MLflow store through its own client: python mlflow_peer.py FOLDER < runs (a JSON line each).

A line holds name, seed, levels, metrics, and curve: null or the names and values of a run's curve.
"""

import json
import sys
import time

from mlflow.entities import Metric, Param
from mlflow.tracking import MlflowClient

client = MlflowClient(tracking_uri=f"sqlite:///{sys.argv[1]}/mlflow.db")
experiment = client.create_experiment("bench")
for line in sys.stdin:
    run = json.loads(line)
    now = int(time.time() * 1000)
    created = client.create_run(experiment, run_name=run["name"])
    id = created.info.run_id
    metrics = [Metric(name, value, now, 0) for name, value in run["metrics"].items()]
    params = [Param("seed", str(run["seed"])), Param("levels", "+".join(run["levels"])[:500])]
    client.log_batch(id, metrics=metrics, params=params)
    curve = run["curve"]
    if curve is not None:
        points = [Metric(curve["name"], value, now + step, step) for step, value in enumerate(curve["values"])]
        for start in range(0, len(points), 1000):
            client.log_batch(id, metrics=points[start : start + 1000])
    client.set_terminated(id)
    print(json.dumps({"name": run["name"], "id": id}), flush=True)
print(json.dumps({"experiment": experiment}), flush=True)
