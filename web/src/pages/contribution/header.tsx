import { ActionIcon, Button, Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Contribution } from "../../../../src/api/contributions.ts";
import { useApi, useWrite } from "../../api/query.ts";
import { IconLink, IconMore, IconUndo } from "../../components/icons.tsx";
import { copyText, notify, undoable } from "../../components/notify.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { useAreaName } from "../../components/words.ts";
import classes from "./header.module.css";
import { StateBadge } from "./state.tsx";

export function Header({ contribution }: { readonly contribution: Contribution }) {
  const { t } = useTranslation("contribution");
  const areaName = useAreaName();
  return (
    <>
      <nav className={classes.crumbs} aria-label={t("queue")}>
        <Link to="/queue">{t("queue")}</Link>
        <span aria-hidden="true">/</span>
        <code>{contribution.id}</code>
      </nav>
      <PageHeader
        title={contribution.title}
        lead={
          <span className={classes.lead}>
            <StateBadge state={contribution.state} />
            <Link to={`/queue?area=${encodeURIComponent(contribution.area)}`}>{areaName(contribution.area)}</Link>
          </span>
        }
        actions={<Actions contribution={contribution} />}
      />
    </>
  );
}

function Actions({ contribution }: { readonly contribution: Contribution }) {
  const { t } = useTranslation("contribution");
  const copyLink = () => {
    const { origin, pathname } = window.location;
    copyText(origin + pathname);
  };
  return (
    <>
      <Button variant="default" leftSection={<IconLink size={14} />} onClick={copyLink}>
        {t("actions.copyLink")}
      </Button>
      <Withdrawal contribution={contribution} />
    </>
  );
}

/** Taking it back, and undoing that. What has landed is not taken back but left out by a landing. */
function Withdrawal({ contribution: { id, title, state, mine } }: { readonly contribution: Contribution }) {
  const { t } = useTranslation("contribution");
  const me = useApi("me");
  const withdraw = useWrite("withdraw");
  const restore = useWrite("restore");
  const scopes = me.data?.scopes ?? [];
  const mayAct = scopes.includes("propose") && (mine || scopes.includes("admin"));
  if (!mayAct || state === "landed") return null;
  const asked = { params: { contribution: id } };
  if (state === "withdrawn") {
    const bringBack = () => restore.mutate(asked, { onSuccess: () => notify(t("actions.restored", { title })) });
    return (
      <Button variant="default" leftSection={<IconUndo size={14} />} loading={restore.isPending} onClick={bringBack}>
        {t("actions.restore")}
      </Button>
    );
  }
  const takeBack = () =>
    withdraw.mutate(asked, {
      onSuccess: () => undoable(t("actions.withdrawn", { title }), () => restore.mutateAsync(asked)),
    });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size={30} aria-label={t("actions.menu")} loading={withdraw.isPending}>
          <IconMore size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item color="red" onClick={takeBack}>
          {t("actions.withdraw")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
