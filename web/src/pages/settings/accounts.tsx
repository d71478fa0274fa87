import { Button, Select, Table, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { scopes as all, type Scope } from "../../../../src/api/operation.ts";
import type { Account } from "../../../../src/api/people.ts";
import { useApi, useWrite } from "../../api/query.ts";
import { IconAgent, IconPerson } from "../../components/icons.tsx";
import { undoable } from "../../components/notify.tsx";
import { ErrorPanel, RowsSkeleton } from "../../components/states.tsx";
import { useFormat } from "../../format.ts";
import { ScopeChoice } from "./scope-choice.tsx";
import { Secret } from "./secret.tsx";
import classes from "./settings.module.css";
import { Days } from "./tokens.tsx";
import { WideTable } from "./wide-table.tsx";

interface Shown {
  readonly title: string;
  readonly words: string;
  readonly secret: string;
}

/** Who may come in, and as what. */
export function Accounts() {
  const { t } = useTranslation("settings");
  const accounts = useApi("listAccounts", { query: { limit: 1000 } });
  const [shown, setShown] = useState<Shown | null>(null);
  const show = (account: Account, secret: string) => {
    const isAgent = account.kind === "agent";
    setShown({
      title: t(isAgent ? "accounts.token" : "accounts.invitation", { name: account.name }),
      words: t(isAgent ? "tokens.use" : "accounts.give"),
      // A link that opens the door; the part after # is sent to no server and no log.
      secret: isAgent ? secret : `${window.location.origin}/login#${secret}`,
    });
  };
  if (accounts.data === undefined) {
    if (accounts.error !== null) return <ErrorPanel error={accounts.error} retry={() => void accounts.refetch()} />;
    return <RowsSkeleton rows={3} />;
  }
  const people = accounts.data.items;
  return (
    <>
      <p className={classes.quiet}>{t("accounts.words")}</p>
      <Invite people={people.filter(({ kind, closedAt }) => kind === "person" && closedAt === null)} show={show} />
      {shown !== null && <Secret {...shown} close={() => setShown(null)} />}
      <AccountTable accounts={people} show={show} />
    </>
  );
}

interface InviteProps {
  readonly people: readonly Account[];
  readonly show: (account: Account, secret: string) => void;
}

function Invite({ people, show }: InviteProps) {
  const { t } = useTranslation("settings");
  const invite = useWrite("invite");
  const [name, setName] = useState("");
  const [kind, setKind] = useState<Account["kind"]>("person");
  const [answersTo, setAnswersTo] = useState<string | null>(null);
  const [scopes, setScopes] = useState<readonly Scope[]>(["read", "propose"]);
  const [days, setDays] = useState(7);
  const isAgent = kind === "agent";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate(
      { body: { name, kind, answersTo: isAgent ? answersTo : null, scopes: [...scopes], days } },
      {
        onSuccess: ({ account, secret }) => {
          setName("");
          show(account, secret);
        },
      },
    );
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      <TextInput
        label={t("accounts.name")}
        required
        maxLength={80}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Select
        label={t("accounts.kind")}
        w={120}
        allowDeselect={false}
        value={kind}
        onChange={(value) => setKind(value === "agent" ? "agent" : "person")}
        data={(["person", "agent"] as const).map((value) => ({ value, label: t(`accounts.kinds.${value}`) }))}
      />
      {isAgent && (
        <Select
          label={t("accounts.answersTo")}
          required
          value={answersTo}
          onChange={setAnswersTo}
          data={people.map(({ id, name: label }) => ({ value: id, label }))}
        />
      )}
      <Days value={days} set={setDays} />
      <ScopeChoice offered={all} chosen={scopes} choose={setScopes} />
      <Button
        type="submit"
        loading={invite.isPending}
        disabled={name.trim() === "" || scopes.length === 0 || (isAgent && answersTo === null)}
      >
        {t("accounts.invite")}
      </Button>
    </form>
  );
}

interface AccountTableProps {
  readonly accounts: readonly Account[];
  readonly show: (account: Account, secret: string) => void;
}

function AccountTable({ accounts, show }: AccountTableProps) {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const nameOf = (id: string | null) => accounts.find((account) => account.id === id)?.name ?? "";
  return (
    <WideTable label={t("accounts.title")}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t("accounts.name")}</Table.Th>
          <Table.Th>{t("scopes")}</Table.Th>
          <Table.Th>{t("accounts.since")}</Table.Th>
          <Table.Th>
            <span className={classes.hidden}>{t("actions")}</span>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {accounts.map((account) => (
          <Table.Tr key={account.id} data-closed={account.closedAt !== null || undefined} className={classes.account}>
            <Table.Td>
              <span className={classes.who}>
                {account.kind === "agent" ? <IconAgent /> : <IconPerson />}
                <span className={classes.hidden}>{t(`accounts.kinds.${account.kind}`)}</span>
                {account.name}
                {account.answersTo !== null && (
                  <span className={classes.quiet}>{t("accounts.for", { name: nameOf(account.answersTo) })}</span>
                )}
              </span>
            </Table.Td>
            <Table.Td>{account.scopes.map((scope) => t(`scope.${scope}`)).join(" · ")}</Table.Td>
            <Table.Td>
              {account.closedAt === null
                ? format.day(account.createdAt)
                : t("accounts.closedAt", { day: format.day(account.closedAt) })}
            </Table.Td>
            <Table.Td className={classes.last}>
              <AccountActions account={account} show={show} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </WideTable>
  );
}

interface AccountActionsProps {
  readonly account: Account;
  readonly show: (account: Account, secret: string) => void;
}

function AccountActions({ account, show }: AccountActionsProps) {
  const { t } = useTranslation("settings");
  const own = useApi("me").data?.account?.id;
  const params = { account: account.id };
  const reinvite = useWrite("reinvite");
  const close = useWrite("closeAccount");
  const reopen = useWrite("reopenAccount");
  const shut = () =>
    close.mutate(
      { params },
      { onSuccess: () => undoable(t("accounts.closed", { name: account.name }), () => reopen.mutateAsync({ params })) },
    );
  const button = { variant: "subtle", color: "gray", size: "compact-xs" } as const;
  if (account.closedAt !== null) {
    return (
      <Button {...button} loading={reopen.isPending} onClick={() => reopen.mutate({ params })}>
        {t("accounts.reopen")}
      </Button>
    );
  }
  return (
    <span className={classes.actions}>
      <Button
        {...button}
        loading={reinvite.isPending}
        onClick={() => reinvite.mutate({ params }, { onSuccess: (found) => show(found.account, found.secret) })}
      >
        {t(account.kind === "agent" ? "accounts.newToken" : "accounts.reinvite")}
      </Button>
      {account.id !== own && (
        <Button {...button} loading={close.isPending} onClick={shut}>
          {t("accounts.close")}
        </Button>
      )}
    </span>
  );
}
