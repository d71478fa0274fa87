import { Button, NumberInput, Table, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Scope } from "../../../../src/api/operation.ts";
import type { Token } from "../../../../src/api/people.ts";
import { useApi, useWrite } from "../../api/query.ts";
import { notify } from "../../components/notify.tsx";
import { ErrorPanel, RowsSkeleton } from "../../components/states.tsx";
import { useFormat } from "../../format.ts";
import { Confirmed } from "./confirmed.tsx";
import { ScopeChoice } from "./scope-choice.tsx";
import { Secret } from "./secret.tsx";
import classes from "./settings.module.css";
import { WideTable } from "./wide-table.tsx";

/** The caller's own tokens and sessions, and new ones for their programs. */
export function Tokens({ scopes }: { readonly scopes: readonly Scope[] }) {
  const { t } = useTranslation("settings");
  const tokens = useApi("listTokens");
  if (tokens.data === undefined) {
    if (tokens.error !== null) return <ErrorPanel error={tokens.error} retry={() => void tokens.refetch()} />;
    return <RowsSkeleton rows={3} />;
  }
  return (
    <>
      <p className={classes.quiet}>{t("tokens.words")}</p>
      <NewToken scopes={scopes} />
      <TokenTable tokens={tokens.data.items.filter(({ revokedAt }) => revokedAt === null)} />
    </>
  );
}

function NewToken({ scopes }: { readonly scopes: readonly Scope[] }) {
  const { t } = useTranslation("settings");
  const issue = useWrite("issueToken");
  const [label, setLabel] = useState("");
  const [days, setDays] = useState(90);
  const [chosen, setChosen] = useState<readonly Scope[]>(["read"]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    issue.mutate({ body: { label, scopes: [...chosen], days } }, { onSuccess: () => setLabel("") });
  };
  return (
    <>
      <form className={classes.form} onSubmit={submit}>
        <TextInput
          label={t("tokens.label")}
          placeholder={t("tokens.example")}
          required
          maxLength={80}
          value={label}
          onChange={(event) => setLabel(event.currentTarget.value)}
        />
        <Days value={days} set={setDays} />
        <ScopeChoice offered={scopes} chosen={chosen} choose={setChosen} />
        <Button type="submit" loading={issue.isPending} disabled={label.trim() === "" || chosen.length === 0}>
          {t("tokens.issue")}
        </Button>
      </form>
      {issue.data !== undefined && (
        <Secret
          title={t("tokens.made", { label: issue.data.token.label })}
          words={t("tokens.use")}
          secret={issue.data.secret}
          close={issue.reset}
        />
      )}
    </>
  );
}

/** How long a secret is good for. */
export function Days({ value, set }: { readonly value: number; readonly set: (days: number) => void }) {
  const { t } = useTranslation("settings");
  return (
    <NumberInput
      label={t("days")}
      min={1}
      max={365}
      clampBehavior="strict"
      allowDecimal={false}
      w={110}
      value={value}
      onChange={(days) => set(typeof days === "number" ? days : 1)}
    />
  );
}

function TokenTable({ tokens }: { readonly tokens: readonly Token[] }) {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const revoke = useWrite("revokeToken");
  if (tokens.length === 0) return <p className={classes.quiet}>{t("tokens.none")}</p>;
  return (
    <WideTable label={t("tokens.title")}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t("tokens.label")}</Table.Th>
          <Table.Th>{t("tokens.kind")}</Table.Th>
          <Table.Th>{t("scopes")}</Table.Th>
          <Table.Th>{t("tokens.used")}</Table.Th>
          <Table.Th>{t("tokens.expires")}</Table.Th>
          <Table.Th>
            <span className={classes.hidden}>{t("actions")}</span>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {tokens.map((token) => (
          <Table.Tr key={token.id}>
            <Table.Td>{token.label}</Table.Td>
            <Table.Td>{t(`tokens.kinds.${token.kind}`)}</Table.Td>
            <Table.Td>{token.scopes.map((scope) => t(`scope.${scope}`)).join(" · ")}</Table.Td>
            <Table.Td>{token.lastUsedAt === null ? t("tokens.never") : format.ago(token.lastUsedAt)}</Table.Td>
            <Table.Td>{format.day(token.expiresAt)}</Table.Td>
            <Table.Td className={classes.last}>
              <Confirmed
                words={t("tokens.revoke")}
                question={t("tokens.sure", { label: token.label })}
                take={() =>
                  revoke.mutate(
                    { params: { token: token.id } },
                    { onSuccess: () => notify(t("tokens.revoked", { label: token.label })) },
                  )
                }
              />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </WideTable>
  );
}
