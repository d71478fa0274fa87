import { Button, Table } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { call } from "../../api/client.ts";
import { usePages } from "../../api/query.ts";
import { ErrorPanel, RowsSkeleton } from "../../components/states.tsx";
import { useFormat } from "../../format.ts";
import classes from "./settings.module.css";
import { WideTable } from "./wide-table.tsx";

const limit = 50;

/** Every write, allowed or not, newest first. */
export function AuditLog() {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const log = usePages("audit", { limit }, ({ cursor, signal }) => call("audit", { query: { limit, cursor }, signal }));
  if (log.data === undefined) {
    if (log.error !== null) return <ErrorPanel error={log.error} retry={() => void log.refetch()} />;
    return <RowsSkeleton rows={5} />;
  }
  const entries = log.data.pages.flatMap(({ items }) => items);
  if (entries.length === 0) return <p className={classes.quiet}>{t("audit.none")}</p>;
  return (
    <>
      <WideTable label={t("audit.title")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("audit.when")}</Table.Th>
            <Table.Th>{t("audit.who")}</Table.Th>
            <Table.Th>{t("audit.what")}</Table.Th>
            <Table.Th>{t("audit.subject")}</Table.Th>
            <Table.Th>{t("audit.status")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map((entry) => (
            <Table.Tr key={entry.number}>
              <Table.Td className={classes.nowrap}>{format.instant(entry.at)}</Table.Td>
              <Table.Td>{entry.name}</Table.Td>
              <Table.Td>{t(`audit.operation.${entry.operation}`, { defaultValue: entry.operation })}</Table.Td>
              <Table.Td className={classes.subject}>{entry.subject}</Table.Td>
              <Table.Td>{entry.status < 400 ? t("audit.done") : t("audit.refused", { status: entry.status })}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </WideTable>
      {log.hasNextPage && (
        <Button variant="default" mt="sm" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
          {t("audit.more")}
        </Button>
      )}
    </>
  );
}
