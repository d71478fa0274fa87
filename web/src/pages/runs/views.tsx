import { ActionIcon, Button, Popover, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { View } from "../../../../src/api/runs.ts";
import { useApi, useWrite } from "../../api/query.ts";
import { IconChevronDown, IconClose } from "../../components/icons.tsx";
import { notify, undoable } from "../../components/notify.tsx";
import styles from "./bar.module.css";

/** Views that the team has saved, and a way to save this one. */
export function Views({ query }: { readonly query: string }) {
  const { t } = useTranslation("runs");
  const { data } = useApi("listViews");
  const save = useWrite("saveView");
  const remove = useWrite("removeView");
  const [name, setName] = useState("");
  const [open, setOpen] = useState(false);
  const views = (data?.views ?? []).filter(({ page }) => page === "runs");
  const current = views.find((view) => view.query === query);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wanted = name.trim();
    if (wanted === "") return;
    save.mutate(
      { body: { name: wanted, page: "runs", query } },
      {
        onSuccess: () => {
          setName("");
          setOpen(false);
          notify(t("views.saved", { name: wanted }));
        },
      },
    );
  };
  const takeAway = (view: View) =>
    remove.mutate(
      { params: { view: view.id } },
      {
        onSuccess: () =>
          undoable(t("views.removed", { name: view.name }), () =>
            save.mutateAsync({ body: { name: view.name, page: "runs", query: view.query } }),
          ),
      },
    );

  return (
    <Popover position="bottom-end" shadow="md" trapFocus returnFocus opened={open} onChange={setOpen}>
      <Popover.Target>
        <Button variant="default" rightSection={<IconChevronDown size={12} />} onClick={() => setOpen(!open)}>
          {current?.name ?? t("views.button")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={8} w={280}>
        {views.length === 0 && <p className={styles.dim}>{t("views.none")}</p>}
        <ul className={styles.views}>
          {views.map((view) => (
            <li key={view.id} data-current={view.id === current?.id || undefined}>
              <Link to={{ pathname: "/runs", search: view.query }} onClick={() => setOpen(false)}>
                {view.name}
              </Link>
              <ActionIcon size="sm" aria-label={t("views.remove", { name: view.name })} onClick={() => takeAway(view)}>
                <IconClose size={12} />
              </ActionIcon>
            </li>
          ))}
        </ul>
        <form className={styles.save} onSubmit={submit}>
          <TextInput
            aria-label={t("views.name")}
            placeholder={t("views.placeholder")}
            maxLength={80}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" variant="light" loading={save.isPending} disabled={name.trim() === ""}>
            {t("views.save")}
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
