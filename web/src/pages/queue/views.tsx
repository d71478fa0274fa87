import { ActionIcon, Button, Popover, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import type { View } from "../../../../src/api/runs.ts";
import { useApi, useWrite } from "../../api/query.ts";
import { IconChevronDown, IconClose } from "../../components/icons.tsx";
import { notify, undoable } from "../../components/notify.tsx";
import classes from "./views.module.css";

/** Filters and sorting under names that the team shares: each is a link to the queue as it was. */
export function Views() {
  const { t } = useTranslation("queue");
  const [opened, { toggle, close }] = useDisclosure();
  const found = useApi("listViews");
  const views = found.data?.views.filter(({ page }) => page === "queue") ?? [];
  return (
    <Popover position="bottom-end" shadow="md" opened={opened} onChange={(open) => !open && close()} trapFocus>
      <Popover.Target>
        <Button variant="default" rightSection={<IconChevronDown size={12} />} onClick={toggle} aria-expanded={opened}>
          {t("views.button")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p="xs" className={classes.dropdown ?? ""}>
        {views.length === 0 && <p className={classes.none}>{t("views.none")}</p>}
        <ul className={classes.list}>
          {views.map((view) => (
            <SavedView key={view.id} view={view} onChosen={close} />
          ))}
        </ul>
        <SaveView onSaved={close} />
      </Popover.Dropdown>
    </Popover>
  );
}

function SavedView({ view, onChosen }: { readonly view: View; readonly onChosen: () => void }) {
  const { t } = useTranslation("queue");
  const remove = useWrite("removeView");
  const save = useWrite("saveView");
  const { name, page, query } = view;
  const takeOut = async () => {
    await remove.mutateAsync({ params: { view: view.id } });
    undoable(t("views.removed", { name }), () => save.mutateAsync({ body: { name, page, query } }));
  };
  return (
    <li className={classes.view}>
      <Link to={`/queue?${query}`} onClick={onChosen}>
        {name}
      </Link>
      <ActionIcon size="sm" aria-label={t("views.remove", { name })} onClick={() => void takeOut().catch(() => {})}>
        <IconClose size={12} />
      </ActionIcon>
    </li>
  );
}

function SaveView({ onSaved }: { readonly onSaved: () => void }) {
  const { t } = useTranslation("queue");
  const [search] = useSearchParams();
  const [name, setName] = useState("");
  const save = useWrite("saveView");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body = { name: name.trim(), page: "queue" as const, query: search.toString() };
    save.mutate(
      { body },
      {
        onSuccess: () => {
          notify(t("views.saved"));
          setName("");
          onSaved();
        },
      },
    );
  };
  return (
    <form className={classes.save} onSubmit={submit}>
      <TextInput
        label={t("views.save")}
        placeholder={t("views.name")}
        maxLength={80}
        value={name}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
      />
      <Button type="submit" disabled={name.trim() === ""} loading={save.isPending}>
        {t("views.keep")}
      </Button>
    </form>
  );
}
