import { ActionIcon, Button, Checkbox, Popover, ScrollArea, Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { IconChevronDown, IconColumns } from "../../components/icons.tsx";
import styles from "./bar.module.css";
import type { Column } from "./columns.tsx";

export interface ColumnMenuProps {
  readonly all: readonly Column[];
  /** Ids, in their order. */
  readonly shown: readonly string[];
  /** null: the usual ones. */
  readonly onShow: (shown: readonly string[] | null) => void;
  readonly delta: boolean;
  readonly onDelta: (delta: boolean) => void;
}

/** Which columns there are, and in what order. */
export function ColumnMenu({ all, shown, onShow, delta, onDelta }: ColumnMenuProps) {
  const { t } = useTranslation("runs");
  const byId = new Map(all.map((column) => [column.id, column]));
  const hidden = all.filter(({ id }) => !shown.includes(id)).map(({ id }) => id);
  const move = (id: string, step: number) => {
    const at = shown.indexOf(id);
    const next = shown.filter((one) => one !== id);
    onShow([...next.slice(0, at + step), id, ...next.slice(at + step)]);
  };
  return (
    <Popover position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<IconColumns size={14} />}>
          {t("columns.button")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={10} w={280}>
        <div className={styles.menuTitle}>{t("columns.title")}</div>
        <ScrollArea.Autosize mah={380} type="auto">
          {[...shown, ...hidden].map((id) => {
            const title = byId.get(id)?.title ?? id;
            const at = shown.indexOf(id);
            return (
              <div key={id} className={styles.columnRow}>
                <Checkbox
                  label={title}
                  checked={at !== -1}
                  // Without its id a row could not be opened.
                  disabled={id === "id"}
                  onChange={({ currentTarget: { checked } }) =>
                    onShow(checked ? [...shown, id] : shown.filter((one) => one !== id))
                  }
                />
                {at > 0 && (
                  <span className={styles.movers}>
                    <ActionIcon
                      size="sm"
                      aria-label={t("columns.up", { column: title })}
                      disabled={at === 1}
                      onClick={() => move(id, -1)}
                    >
                      <span className={styles.up}>
                        <IconChevronDown size={12} />
                      </span>
                    </ActionIcon>
                    <ActionIcon
                      size="sm"
                      aria-label={t("columns.down", { column: title })}
                      disabled={at === shown.length - 1}
                      onClick={() => move(id, 1)}
                    >
                      <IconChevronDown size={12} />
                    </ActionIcon>
                  </span>
                )}
              </div>
            );
          })}
        </ScrollArea.Autosize>
        <Switch
          mt={10}
          label={t("columns.delta")}
          checked={delta}
          onChange={(event) => onDelta(event.currentTarget.checked)}
        />
        <Button variant="subtle" mt={8} size="compact-xs" onClick={() => onShow(null)}>
          {t("columns.reset")}
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
