import { useElementSize } from "@mantine/hooks";
import { type ReactNode, useRef } from "react";
import { CopyMenu } from "../../components/copy-menu.tsx";
import { Panel } from "../../components/panel.tsx";
import type { Table } from "../../copying.ts";
import classes from "./figure.module.css";

export interface FigureProps {
  readonly title: string;
  /** What it shows and how to read it. */
  readonly note?: ReactNode;
  readonly controls?: ReactNode;
  /** What it shows, as a table: asked for when it is copied. */
  readonly table: () => Table;
  /** Of a saved picture. */
  readonly name: string;
  /** The drawing, for a width in pixels. */
  readonly children: (width: number) => ReactNode;
  /** Under the drawing, not part of the picture. */
  readonly below?: ReactNode;
}

/** A drawing with its title, its controls, and a way to take it elsewhere. */
export function Figure({ title, note, controls, table, name, children, below }: FigureProps) {
  const picture = useRef<HTMLDivElement>(null);
  const { ref, width } = useElementSize();
  return (
    <Panel title={title} aside={<CopyMenu table={table} picture={picture} name={name} />}>
      {note === undefined ? null : <p className={classes.note}>{note}</p>}
      {controls === undefined ? null : <div className={classes.controls}>{controls}</div>}
      <div ref={ref} className={classes.room}>
        <div ref={picture}>{width > 0 ? children(Math.floor(width)) : null}</div>
      </div>
      {below}
    </Panel>
  );
}
