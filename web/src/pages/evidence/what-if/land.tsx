import { Button, Group, Modal } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Report } from "../../../../../src/api/report.ts";
import { recommendsChange, sameLevels } from "../../../../../src/report/view.ts";
import { useApi, useWrite } from "../../../api/query.ts";
import { notify } from "../../../components/notify.tsx";
import { useFormat } from "../../../format.ts";
import { canLand, currentBaseline } from "../report.ts";
import classes from "./what-if.module.css";

export interface LandProps {
  readonly report: Report;
  readonly set: readonly string[];
}

/** Why the set cannot land now, as a key of the messages; null: it can. */
function obstacleTo(report: Report, set: readonly string[], scopes: readonly string[]): string | null {
  if (report.landing !== null && sameLevels(set, report.recommended)) return "whatIf.land.landed";
  if (!recommendsChange(report)) return "whatIf.land.nothing";
  if (!sameLevels(set, report.recommended)) return "whatIf.land.other";
  if (!canLand(report)) return "whatIf.land.unconfirmed";
  return scopes.includes("decide") ? null : "whatIf.land.scope";
}

/** The one way to make the set the baseline; open to the confirmed recommended set alone. */
export function Land({ report, set }: LandProps) {
  const { t } = useTranslation("evidence");
  const format = useFormat();
  const me = useApi("me");
  const land = useWrite("land");
  const navigate = useNavigate();
  const [asking, { open, close }] = useDisclosure(false);
  const obstacle = obstacleTo(report, set, me.data?.scopes ?? []);
  const baseline = currentBaseline(report);
  const added = set.filter((level) => !baseline.includes(level));
  const removed = baseline.filter((level) => !set.includes(level));
  const confirm = () =>
    land.mutate(
      { body: { set: [...set] } },
      {
        onSuccess: ({ landing }) => {
          notify(t("whatIf.land.done", { landing: landing.landing }));
          navigate("/lab?show=history");
        },
        onSettled: close,
      },
    );
  return (
    <div className={classes.land}>
      <Button size="sm" onClick={open} disabled={obstacle !== null}>
        {t("whatIf.land.button")}
      </Button>
      <span>{obstacle === null ? t("whatIf.land.ready") : t(obstacle)}</span>
      <Modal
        opened={asking}
        onClose={close}
        title={t("whatIf.land.title")}
        closeButtonProps={{ "aria-label": t("cancel") }}
        centered
      >
        <p className={classes.said}>{t("whatIf.land.what")}</p>
        {added.length === 0 ? null : (
          <p className={classes.said}>{t("whatIf.land.added", { levels: format.list(added) })}</p>
        )}
        {removed.length === 0 ? null : (
          <p className={classes.said}>{t("whatIf.land.removed", { levels: format.list(removed) })}</p>
        )}
        <ul className={classes.said}>
          <li>{t("whatIf.land.file")}</li>
          <li>{t("whatIf.land.names")}</li>
          <li>{t("whatIf.land.back")}</li>
        </ul>
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={close}>
            {t("cancel")}
          </Button>
          <Button onClick={confirm} loading={land.isPending} data-autofocus>
            {t("whatIf.land.confirm")}
          </Button>
        </Group>
      </Modal>
    </div>
  );
}
