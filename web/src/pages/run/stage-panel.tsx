import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Run, StageRun } from "../../../../src/api/runs.ts";
import { addressOf } from "../../api/client.ts";
import { CurvePanel } from "../../charts/curve-panel.tsx";
import { slotsOf } from "../../charts/palette.ts";
import type { Pointer } from "../../charts/pointer.ts";
import { IconDownload } from "../../components/icons.tsx";
import { useWords } from "../../components/words.ts";
import { useFormat } from "../../format.ts";
import { CopyLine } from "./copy-line.tsx";
import { LogView } from "./log-view.tsx";
import styles from "./stage-panel.module.css";

export interface StagePanelProps {
  readonly run: Run;
  readonly stage: StageRun;
  readonly pointer: Pointer;
}

const nothingHidden: ReadonlySet<string> = new Set();

/** All that there is of one stage: why it ran, what it ran with, what it logged, what it put out. */
export function StagePanel({ run, stage, pointer }: StagePanelProps) {
  const { t } = useTranslation("run");
  const words = useWords();
  const { reasons, failed, curves, files } = stage;
  const named = useMemo(() => [{ id: run.id, label: run.id, slot: slotsOf([run.id]).get(run.id) ?? 0 }], [run.id]);
  const printed = stage.attempt !== null || stage.state === "running" || stage.state === "failed";
  return (
    <div className={styles.panel} role="tabpanel" id="stage" aria-labelledby={`stage-${stage.stage}`}>
      {failed !== null && (
        <section className={styles.failure} role="alert">
          <h3>{t("failed")}</h3>
          <p>{words.failure(failed)}</p>
        </section>
      )}
      {reasons.length > 0 && (
        <section>
          <h3>{t(stage.reused ? "whyReused" : "whyRan")}</h3>
          <ul className={styles.why}>
            {reasons.map(words.stage).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </section>
      )}
      <div className={styles.facts}>
        <Metrics stage={stage} />
        <Parameters stage={stage} />
      </div>
      {curves.length > 0 && (
        <section>
          <h3>{t("curves")}</h3>
          <div className={styles.curves} data-one={curves.length === 1 || undefined}>
            {curves.map((name) => (
              <CurvePanel
                key={name}
                stage={stage.stage}
                name={name}
                runs={named}
                hidden={nothingHidden}
                axis="step"
                smoothing={0}
                logarithmic={false}
                pointer={pointer}
                height={200}
              />
            ))}
          </div>
        </section>
      )}
      {printed && (
        <section>
          <h3>{t("log.title")}</h3>
          <LogView run={run.id} stage={stage.stage} />
        </section>
      )}
      {files.length > 0 && <Files run={run.id} stage={stage} />}
      <section>
        <h3>{t("command")}</h3>
        <CopyLine text={stage.command} label={t("copyCommand")} />
      </section>
    </div>
  );
}

function Metrics({ stage: { metrics } }: { readonly stage: StageRun }) {
  const { t } = useTranslation("run");
  const format = useFormat();
  const entries = Object.entries(metrics);
  if (entries.length === 0) return null;
  return (
    <section>
      <h3>{t("metrics")}</h3>
      <dl className={styles.pairs}>
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd data-diverged={typeof value === "string" || undefined}>{format.number(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Parameters({ stage: { params } }: { readonly stage: StageRun }) {
  const { t } = useTranslation("run");
  const entries = Object.entries(params);
  if (entries.length === 0) return null;
  return (
    <section>
      <h3>{t("parameters")}</h3>
      <dl className={styles.pairs}>
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{typeof value === "string" ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Files({ run, stage: { stage, files } }: { readonly run: string; readonly stage: StageRun }) {
  const { t } = useTranslation("run");
  const format = useFormat();
  return (
    <section>
      <h3>{t("files")}</h3>
      <ul className={styles.files}>
        {files.map(({ path, bytes }) => (
          <li key={path}>
            <a
              href={addressOf("artifact", { params: { run, stage }, query: { path } })}
              download={path.split("/").at(-1)}
              aria-label={t("download", { path })}
            >
              <IconDownload size={13} />
              {path}
            </a>
            <span>{format.bytes(bytes)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
