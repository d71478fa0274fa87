import { useTranslation } from "react-i18next";
import type { Recipe } from "../../../../src/api/lab.ts";
import { useFormat } from "../../format.ts";
import { useListKeys } from "../../keys.ts";
import { Details } from "./details.tsx";
import classes from "./recipe.module.css";
import { Ring } from "./ring.tsx";
import { cachedShare, type RecipeStage } from "./stages.ts";

export interface StageListProps {
  readonly recipe: Recipe;
  readonly chosen: string;
  readonly choose: (stage: string) => void;
}

/** The stages where there is no room for a graph: in the recipe's order, each opening in its place. */
export function StageList({ recipe, chosen, choose }: StageListProps) {
  const list = useListKeys<HTMLOListElement>();
  return (
    <ol className={classes.list} ref={list}>
      {recipe.stages.map((stage) => (
        <li key={stage.stage}>
          <Row stage={stage} open={stage.stage === chosen} choose={choose} />
          {stage.stage === chosen ? <Details stage={stage} /> : null}
        </li>
      ))}
    </ol>
  );
}

interface RowProps {
  readonly stage: RecipeStage;
  readonly open: boolean;
  readonly choose: (stage: string) => void;
}

function Row({ stage, open, choose }: RowProps) {
  const { t } = useTranslation("recipe");
  const format = useFormat();
  const share = cachedShare(stage);
  return (
    <button
      type="button"
      className={classes.row}
      aria-expanded={open}
      data-list-item
      onClick={() => choose(stage.stage)}
    >
      <svg width={26} height={26} aria-hidden="true">
        <Ring x={13} y={13} radius={10} share={share} />
      </svg>
      <span>
        <b>{stage.stage}</b>
        <small>{stage.needs.length === 0 ? t("needsNothing") : t("needs", { stages: stage.needs.join(", ") })}</small>
      </span>
      <span className={classes.end}>
        {stage.seconds === null ? t("neverRun") : format.duration(stage.seconds.mean)}
        <small>
          {stage.running > 0
            ? t("running", { count: stage.running })
            : share === null
              ? ""
              : t("cachedShare", { share: format.probability(share) })}
        </small>
      </span>
    </button>
  );
}
