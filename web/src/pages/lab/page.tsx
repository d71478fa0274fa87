import { Tabs } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useApi } from "../../api/query.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { ErrorPanel, PageSkeleton } from "../../components/states.tsx";
import { useUrlState } from "../../url-state.ts";
import { Diagnostics } from "./diagnostics.tsx";
import { History } from "./history.tsx";
import classes from "./lab.module.css";
import { People } from "./people.tsx";
import { Setup } from "./setup.tsx";

const views = ["setup", "history", "people"] as const;

/** What the lab is after, what became of it, and who brought it there. */
export default function LabPage() {
  const { t } = useTranslation("lab");
  const lab = useApi("lab");
  const [name, setName] = useUrlState("show", "setup");
  const shown = views.find((view) => view === name) ?? "setup";
  if (lab.isPending) return <PageSkeleton rows={6} />;
  if (lab.isError)
    return (
      <>
        <PageHeader title={t("title")} />
        <ErrorPanel error={lab.error} retry={() => void lab.refetch()} />
      </>
    );
  return (
    <>
      <PageHeader title={lab.data.name} lead={t("lead", { scale: lab.data.scale, version: lab.data.version })} />
      <Diagnostics lab={lab.data} />
      <Tabs value={shown} onChange={(value) => setName(value ?? "setup")} keepMounted={false}>
        <Tabs.List>
          {views.map((view) => (
            <Tabs.Tab key={view} value={view}>
              {t(`tab.${view}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="setup" className={classes.panel}>
          <Setup lab={lab.data} />
        </Tabs.Panel>
        <Tabs.Panel value="history" className={classes.panel}>
          <History lab={lab.data} />
        </Tabs.Panel>
        <Tabs.Panel value="people" className={classes.panel}>
          <People />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
