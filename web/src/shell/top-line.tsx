import { ActionIcon, Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type Connection, useConnection } from "../api/live.ts";
import { useApi } from "../api/query.ts";
import { IconAlert, IconSearch } from "../components/icons.tsx";
import { QueueSwitch } from "./queue-switch.tsx";
import classes from "./top-line.module.css";

/** The lab, its scale, what the queue does, and whether the page is still told. */
export function TopLine({ openPalette }: { readonly openPalette: () => void }) {
  const { t } = useTranslation("shell");
  const lab = useApi("lab");
  const wrong = lab.data?.diagnostics.filter(({ severity }) => severity === "error").length ?? 0;
  return (
    <header className={classes.line}>
      <div className={classes.where}>
        <strong>{lab.data?.name ?? ""}</strong>
        <span className={classes.scale}>{lab.data?.scale ?? ""}</span>
        {wrong > 0 && (
          <Link to="/lab" className={classes.wrong}>
            <IconAlert size={14} />
            <span>{t("files.wrong", { count: wrong })}</span>
          </Link>
        )}
      </div>
      <div className={classes.state}>
        <ConnectionState connection={useConnection()} />
        <QueueSwitch />
        <Tooltip label={t("palette.open")}>
          <ActionIcon className={classes.search} size="lg" aria-label={t("palette.open")} onClick={openPalette}>
            <IconSearch />
          </ActionIcon>
        </Tooltip>
      </div>
    </header>
  );
}

function ConnectionState({ connection }: { readonly connection: Connection }) {
  const { t } = useTranslation("shell");
  return (
    <span role="status" className={classes.connection}>
      {connection === "lost" ? t("connection.lost") : ""}
    </span>
  );
}
