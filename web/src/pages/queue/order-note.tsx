import { Popover, UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./page.module.css";

/** By what the queue is ordered, and why nobody can change that. */
export function OrderNote({ byWorth }: { readonly byWorth: boolean }) {
  const { t } = useTranslation("queue");
  return (
    <>
      {t(byWorth ? "order.worth" : "order.other")}{" "}
      <Popover width={360} shadow="md" position="bottom-start">
        <Popover.Target>
          <UnstyledButton className={classes.how ?? ""}>{t("order.how")}</UnstyledButton>
        </Popover.Target>
        <Popover.Dropdown>
          <div className={classes.explanation}>
            <h2>{t("order.title")}</h2>
            <p>{t("order.first")}</p>
            <p>{t("order.second")}</p>
            <p>{t("order.third")}</p>
            <p>{t("order.fourth")}</p>
          </div>
        </Popover.Dropdown>
      </Popover>
    </>
  );
}
