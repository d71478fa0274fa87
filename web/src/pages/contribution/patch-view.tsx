import { Button, Switch } from "@mantine/core";
import { memo, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconChevronDown, IconChevronRight } from "../../components/icons.tsx";
import { type DiffFile, type DiffLine, diffLines } from "./diff.ts";
import classes from "./patch-view.module.css";

export interface PatchViewProps {
  /** As its author named it. */
  readonly origin: string;
  readonly files: readonly DiffFile[];
}

/** Longer files start closed. */
const linesAtOnce = 400;

/** A patch, file by file. Everything in it is text. */
export function PatchView({ origin, files }: PatchViewProps) {
  const { t } = useTranslation("contribution");
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(files.filter(isShort).map(({ path }) => path)));
  const [wrap, setWrap] = useState(false);
  const all = open.size === files.length;
  const toggle = (path: string) => setOpen((now) => (now.has(path) ? without(now, path) : new Set([...now, path])));
  return (
    <div className={classes.patch}>
      <header className={classes.head}>
        <span>
          <code>{origin}</code> · {t("change.files", { count: files.length })}
        </span>
        <Switch
          label={t("change.wrap")}
          checked={wrap}
          onChange={({ currentTarget }) => setWrap(currentTarget.checked)}
        />
        {files.length > 1 && (
          <Button
            variant="subtle"
            size="compact-xs"
            onClick={() => setOpen(all ? new Set() : new Set(files.map(({ path }) => path)))}
          >
            {t(all ? "change.collapseAll" : "change.expandAll")}
          </Button>
        )}
      </header>
      {files.map((file) => (
        <FileView
          key={file.path}
          file={file}
          wrap={wrap}
          open={open.has(file.path)}
          onToggle={() => toggle(file.path)}
        />
      ))}
    </div>
  );
}

function isShort({ hunks }: DiffFile): boolean {
  return hunks.split("\n").length <= linesAtOnce;
}

function without(set: ReadonlySet<string>, member: string): ReadonlySet<string> {
  return new Set([...set].filter((other) => other !== member));
}

interface FileViewProps {
  readonly file: DiffFile;
  readonly wrap: boolean;
  readonly open: boolean;
  readonly onToggle: () => void;
}

function FileView({ file, wrap, open, onToggle }: FileViewProps) {
  const { t } = useTranslation("contribution");
  const id = useId();
  const { path, added, removed } = file;
  return (
    <div className={classes.file}>
      <button type="button" className={classes.fileHead} aria-expanded={open} aria-controls={id} onClick={onToggle}>
        {open ? <IconChevronDown size={12} /> : <IconChevronRight size={12} />}
        <code>{path}</code>
        <span role="img" className={classes.counts} aria-label={t("change.lines", { added, removed })}>
          <ins>+{added}</ins> <del>−{removed}</del>
        </span>
      </button>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section id={id} hidden={!open} tabIndex={0} className={classes.code} aria-label={t("change.diffOf", { path })}>
        {open && <Lines hunks={file.hunks} wrap={wrap} />}
      </section>
    </div>
  );
}

const Lines = memo(function Lines({ hunks, wrap }: { readonly hunks: string; readonly wrap: boolean }) {
  const lines = diffLines(hunks);
  return (
    <table className={classes.lines} data-wrap={wrap} translate="no">
      <tbody>
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name, and never move
          <Line key={index} line={line} />
        ))}
      </tbody>
    </table>
  );
});

const signs: Readonly<Record<DiffLine["kind"], string>> = { hunk: "", same: " ", added: "+", removed: "−" };

function Line({ line }: { readonly line: DiffLine }) {
  if (line.kind === "hunk") {
    return (
      <tr className={classes.hunk}>
        <td colSpan={4}>{line.text}</td>
      </tr>
    );
  }
  return (
    <tr data-kind={line.kind}>
      <td className={classes.number}>{line.kind === "added" ? "" : line.before}</td>
      <td className={classes.number}>{line.kind === "removed" ? "" : line.after}</td>
      <td className={classes.sign}>{signs[line.kind]}</td>
      <td className={classes.text}>{line.text}</td>
    </tr>
  );
}
