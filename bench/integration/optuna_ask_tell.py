"""Optuna's samplers behind lines of JSON: one request a line on standard input, one answer a line on standard output.

start   {"op": "start", "sampler": "tpe" | "tpe-multivariate" | "nsga2", "levels": [2, 3], "seed": 1}   -> {}
ask     {"op": "ask"}                                                     -> {"trial": 0, "x": [0, 2]}
enqueue {"op": "enqueue", "x": [0, 1]}      the next ask gives this                                      -> {}
tell    {"op": "tell", "trial": 0, "value": 1.5}   larger is better; null: pruned (it cannot be built, or diverged)   -> {}

Every factor is categorical. Samplers have their own defaults but for the seed.
"""

import json
import sys
import warnings

import optuna

warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
optuna.logging.set_verbosity(optuna.logging.ERROR)

SAMPLERS = {
    "tpe": lambda seed: optuna.samplers.TPESampler(seed=seed),
    "tpe-multivariate": lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=True),
    "nsga2": lambda seed: optuna.samplers.NSGAIISampler(seed=seed),
}


class Session:
    """One study: it lasts from a start to the next."""

    def __init__(self, sampler: str, levels: list[int], seed: int) -> None:
        self.study = optuna.create_study(direction="maximize", sampler=SAMPLERS[sampler](seed))
        self.space = {
            f"f{j}": optuna.distributions.CategoricalDistribution(list(range(count))) for j, count in enumerate(levels)
        }
        self.open: dict[int, optuna.trial.Trial] = {}

    def ask(self) -> dict:
        trial = self.study.ask(self.space)
        self.open[trial.number] = trial
        return {"trial": trial.number, "x": [trial.params[name] for name in self.space]}

    def enqueue(self, x: list[int]) -> dict:
        self.study.enqueue_trial(dict(zip(self.space, x)))
        return {}

    def tell(self, trial: int, value: float | None) -> dict:
        told = self.open.pop(trial)
        if value is None:
            self.study.tell(told, state=optuna.trial.TrialState.PRUNED)
        else:
            self.study.tell(told, value)
        return {}


def main() -> None:
    session: Session | None = None
    for line in sys.stdin:
        request = json.loads(line)
        op = request.pop("op")
        if op == "start":
            session = Session(**request)
            answer = {}
        else:
            answer = getattr(session, op)(**request)
        print(json.dumps(answer), flush=True)


main()
