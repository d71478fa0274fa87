import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { queryClient, useApi, useWrite } from "../../api/query.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { Panel } from "../../components/panel.tsx";
import { RowsSkeleton } from "../../components/states.tsx";
import { Accounts } from "./accounts.tsx";
import { Appearance } from "./appearance.tsx";
import { AuditLog } from "./audit-log.tsx";
import classes from "./settings.module.css";
import { Tokens } from "./tokens.tsx";

/** One's own: appearance and tokens; and for whoever looks after the lab, accounts and what was done by them. */
export default function Settings() {
  const { t } = useTranslation("settings");
  const me = useApi("me").data;
  const isAdmin = me?.scopes.includes("admin") === true;
  return (
    <>
      <PageHeader title={t("title")} />
      <div className={classes.sections}>
        <Panel title={t("appearance.title")}>
          <Appearance />
        </Panel>
        <Panel title={t("you.title")}>{me === undefined ? <RowsSkeleton rows={1} /> : <You />}</Panel>
        {me?.account != null && (
          <Panel title={t("tokens.title")}>
            <Tokens scopes={me.scopes} />
          </Panel>
        )}
        {isAdmin && (
          <Panel title={t("accounts.title")}>
            <Accounts />
          </Panel>
        )}
        {isAdmin && (
          <Panel title={t("audit.title")}>
            <AuditLog />
          </Panel>
        )}
      </div>
    </>
  );
}

/** Who one is here, and the way out. */
function You() {
  const { t } = useTranslation("settings");
  const navigate = useNavigate();
  const me = useApi("me").data;
  const logout = useWrite("logout");
  const leave = () =>
    logout.mutate(
      {},
      {
        onSuccess: () => {
          // What was shown to this account is not for the next one.
          queryClient.clear();
          void navigate("/login", { replace: true });
        },
      },
    );
  if (me?.account == null) return <p className={classes.quiet}>{t("you.open")}</p>;
  return (
    <div className={classes.between}>
      <p>
        <strong>{me.account.name}</strong>
        <span className={classes.quiet}>{me.scopes.map((scope) => t(`scope.${scope}`)).join(" · ")}</span>
      </p>
      <Button variant="default" loading={logout.isPending} onClick={leave}>
        {t("you.leave")}
      </Button>
    </div>
  );
}
