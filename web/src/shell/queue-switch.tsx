import { Button, Popover } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { QueueState } from "../../../src/api/lab.ts";
import { useApi, useWrite } from "../api/query.ts";
import { IconPause, IconPlay } from "../components/icons.tsx";
import { undoable } from "../components/notify.tsx";
import { useWords } from "../components/words.ts";
import { useFormat } from "../format.ts";
import classes from "./queue-switch.module.css";

/** Pauses or resumes the queue, with a way back. */
export function useQueueOrder(): { readonly order: (paused: boolean) => void; readonly isPending: boolean } {
  const { t } = useTranslation("shell");
  const write = useWrite("orderQueue");
  // By its promise: what asked may be gone from the page when the answer comes. What is refused is told by `useWrite`.
  const order = (paused: boolean) => {
    const turn = (to: boolean) => write.mutateAsync({ body: { paused: to } });
    const didIt = () => undoable(t(paused ? "queue.didPause" : "queue.didResume"), () => turn(!paused));
    turn(paused).then(didIt, () => {});
  };
  return { order, isPending: write.isPending };
}

/** A small live dot with the queue's state; behind it why, and the switch for whoever may. */
export function QueueSwitch() {
  const { t } = useTranslation("shell");
  const [open, setOpen] = useState(false);
  const queue = useApi("queue");
  if (queue.data === undefined) return null;
  const { state, running } = queue.data;
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" offset={14} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <button type="button" className={classes.state} aria-expanded={open} onClick={() => setOpen(!open)}>
          <span className={classes.dot} data-state={state} aria-hidden="true" />
          <span aria-live="polite">
            {t(`queue.${state}`)}
            {running > 0 && <span className={classes.count}>{` · ${t("queue.running", { count: running })}`}</span>}
          </span>
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <QueueWords queue={queue.data} onOrdered={() => setOpen(false)} />
      </Popover.Dropdown>
    </Popover>
  );
}

interface Words {
  readonly queue: QueueState;
  readonly onOrdered: () => void;
}

function QueueWords({ queue, onOrdered }: Words) {
  const { t } = useTranslation("shell");
  const format = useFormat();
  const words = useWords();
  const me = useApi("me");
  const { order, isPending } = useQueueOrder();
  const paused = queue.state === "paused";
  const mayOrder = me.data?.scopes.includes("decide") === true && queue.state !== "watching";
  return (
    <div className={classes.words}>
      <p>{queue.rest === null ? t(`queue.explain.${queue.state}`) : words.rest(queue.rest)}</p>
      {queue.toGo !== null && (
        <p>
          {t("queue.toGo", { count: queue.toGo.runs })}
          {queue.toGo.coreSeconds !== null && ` · ${format.deviceTime(queue.toGo.coreSeconds)}`}
        </p>
      )}
      {queue.runsLeft !== null && <p>{t("queue.runsLeft", { count: queue.runsLeft })}</p>}
      {mayOrder && (
        <Button
          variant="default"
          loading={isPending}
          leftSection={paused ? <IconPlay size={14} /> : <IconPause size={14} />}
          onClick={() => {
            order(!paused);
            onOrdered();
          }}
        >
          {t(paused ? "queue.resume" : "queue.pause")}
        </Button>
      )}
    </div>
  );
}
