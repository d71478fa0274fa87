import { Skeleton, useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import type { Chart, Region, Scene } from "./chart.ts";
import classes from "./scatter.module.css";

export interface ScatterProps {
  readonly scene: Scene;
  readonly width: number;
  readonly label: string;
  readonly look: (key: string | null) => void;
  readonly pick: (key: string) => void;
  readonly brush: (region: Region | null) => void;
}

/** The scatter's frame: loads the chart when it is shown, and draws again when what it shows changes. */
export function Scatter({ scene, width, label, look, pick, brush }: ScatterProps) {
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart | null>(null);
  const listeners = useRef({ look, pick, brush });
  const [ready, setReady] = useState(false);
  const scheme = useComputedColorScheme("light");
  const height = Math.round(Math.min(520, Math.max(320, width * 0.55)));

  useEffect(() => {
    listeners.current = { look, pick, brush };
  });

  useEffect(() => {
    let gone = false;
    import("./chart.ts").then(({ openChart }) => {
      if (gone || holder.current === null) return;
      chart.current = openChart(holder.current, {
        look: (key) => listeners.current.look(key),
        pick: (key) => listeners.current.pick(key),
        brush: (region) => listeners.current.brush(region),
      });
      setReady(true);
    });
    return () => {
      gone = true;
      chart.current?.close();
      chart.current = null;
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are read from the page, which the scheme changes.
  useEffect(() => {
    if (ready) chart.current?.draw(scene);
  }, [scene, ready, scheme]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the chart measures its holder.
  useEffect(() => {
    if (ready) chart.current?.resize();
  }, [width, height, ready]);

  return (
    <div className={classes.frame} style={{ height }}>
      {ready ? null : <Skeleton height={height} />}
      <div ref={holder} className={classes.holder} role="img" aria-label={label} style={{ width, height }} />
    </div>
  );
}
