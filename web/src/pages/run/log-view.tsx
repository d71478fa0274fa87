// biome-ignore-all lint/a11y/noNoninteractiveTabindex: the log scrolls, and the keyboard must reach that.
import { ActionIcon, Button, TextInput, Tooltip } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, memo, type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconChevronDown, IconDownload, IconSearch } from "../../components/icons.tsx";
import { notifyError } from "../../components/notify.tsx";
import { ErrorPanel, RowsSkeleton } from "../../components/states.tsx";
import { useFormat } from "../../format.ts";
import { plainOf, spansOf } from "./ansi.ts";
import { shownOf } from "./log-text.ts";
import styles from "./log-view.module.css";
import { useLog, wholeLog } from "./use-log.ts";

const lineHeight = 18;

export interface LogViewProps {
  readonly run: string;
  readonly stage: string;
}

/** What a stage printed, followed while it prints: at its end, unless somebody has scrolled up to read. */
export function LogView({ run, stage }: LogViewProps) {
  const { t } = useTranslation("run");
  const format = useFormat();
  const { log, error, loadEarlier } = useLog(run, stage);
  const scroller = useRef<HTMLElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const [sought, setSought] = useState("");
  const [hit, setHit] = useState(0);
  const lines = useMemo(
    () => (log === null ? [] : log.open === "" ? log.lines : [...log.lines, shownOf(log.open)]),
    [log],
  );
  const hits = useMemo(() => hitsOf(lines, sought), [lines, sought]);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => lineHeight,
    overscan: 20,
  });
  useEffect(() => {
    if (atEnd && lines.length > 0) virtual.scrollToIndex(lines.length - 1, { align: "end" });
  }, [atEnd, lines.length, virtual]);

  const goTo = (wanted: number) => {
    if (hits.length === 0) return;
    const next = (wanted + hits.length) % hits.length;
    setHit(next);
    setAtEnd(false);
    virtual.scrollToIndex(hits[next] ?? 0, { align: "center" });
  };
  const searchKeys = (event: KeyboardEvent) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    goTo(event.shiftKey ? hit - 1 : hit + 1);
  };
  const scrolled = () => {
    const element = scroller.current;
    if (element !== null) setAtEnd(element.scrollHeight - element.scrollTop - element.clientHeight < lineHeight * 2);
  };

  if (log === null) return error === null ? <RowsSkeleton rows={5} height={16} /> : <ErrorPanel error={error} />;
  if (log.size === 0) return <p className={styles.nothing}>{t(log.over ? "log.nothing" : "log.nothingYet")}</p>;
  return (
    <div className={styles.log}>
      <div className={styles.bar}>
        <TextInput
          type="search"
          className={styles.search}
          aria-label={t("log.search")}
          placeholder={t("log.search")}
          leftSection={<IconSearch size={14} />}
          value={sought}
          onChange={(event) => {
            setSought(event.currentTarget.value);
            setHit(-1);
          }}
          onKeyDown={searchKeys}
        />
        {sought !== "" && (
          <span className={styles.hits} aria-live="polite">
            {hits.length === 0 ? t("log.noHits") : t("log.hits", { at: Math.max(0, hit) + 1, of: hits.length })}
          </span>
        )}
        <span className={styles.rest}>
          {!log.over && <span className={styles.live}>{t("log.live")}</span>}
          <span>{format.bytes(log.size)}</span>
          <Tooltip label={t("log.download")}>
            <ActionIcon
              aria-label={t("log.download")}
              onClick={() => wholeLog(run, stage).then((text) => save(text, `${run}-${stage}.log`), notifyError)}
            >
              <IconDownload size={14} />
            </ActionIcon>
          </Tooltip>
        </span>
      </div>
      <section
        ref={scroller}
        className={styles.scroller}
        aria-label={t("log.label", { stage })}
        tabIndex={0}
        onScroll={scrolled}
      >
        {log.offset > 0 && (
          <Button className={styles.earlier} variant="subtle" size="compact-xs" onClick={loadEarlier}>
            {t("log.earlier", { size: format.bytes(log.offset) })}
          </Button>
        )}
        <div className={styles.lines} translate="no" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => (
            <Line key={index} text={lines[index] ?? ""} start={start} sought={sought} current={hits[hit] === index} />
          ))}
        </div>
      </section>
      {!atEnd && (
        <Button
          className={styles.toEnd}
          size="compact-xs"
          variant="default"
          radius="xl"
          rightSection={<IconChevronDown size={12} />}
          onClick={() => setAtEnd(true)}
        >
          {t("log.toEnd")}
        </Button>
      )}
    </div>
  );
}

function hitsOf(lines: readonly string[], sought: string): readonly number[] {
  if (sought === "") return [];
  const wanted = sought.toLowerCase();
  return lines.flatMap((line, i) => (plainOf(line).toLowerCase().includes(wanted) ? [i] : []));
}

interface LineProps {
  readonly text: string;
  /** CSS pixels from the top. */
  readonly start: number;
  readonly sought: string;
  readonly current: boolean;
}

const Line = memo(function Line({ text, start, sought, current }: LineProps) {
  return (
    <div className={styles.line} style={{ transform: `translateY(${start}px)` }} data-current={current || undefined}>
      {sought === "" ? coloured(text) : marked(plainOf(text), sought)}
    </div>
  );
});

function coloured(text: string): ReactNode {
  return spansOf(text).map(({ text: part, color, bold, dim }, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the spans of a line are what they are.
    <span key={i} data-color={color ?? undefined} data-bold={bold || undefined} data-dim={dim || undefined}>
      {part}
    </span>
  ));
}

function marked(text: string, sought: string): ReactNode {
  const parts: ReactNode[] = [];
  const lower = text.toLowerCase();
  const wanted = sought.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, from)) {
    parts.push(text.slice(from, at), <mark key={at}>{text.slice(at, at + wanted.length)}</mark>);
    from = at + wanted.length;
  }
  return [...parts, text.slice(from)];
}

function save(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
