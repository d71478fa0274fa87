import { Button, PasswordInput } from "@mantine/core";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, useLocation, useNavigate } from "react-router";
import { useApi, useWrite } from "../../api/query.ts";
import { PageHeader } from "../../components/page-header.tsx";
import classes from "./login.module.css";

/** The door: an invitation or a token is exchanged for a session. `/login#secret` brings it along. */
export default function Login() {
  const { t } = useTranslation("login");
  const { hash, pathname, search } = useLocation();
  const navigate = useNavigate();
  const [secret, setSecret] = useState(hash.slice(1));
  useEffect(() => {
    if (hash === "") return;
    setSecret(hash.slice(1));
    // Out of the address, so that it is not kept in the history or copied with a link.
    void navigate({ pathname, search }, { replace: true });
  }, [hash, pathname, search, navigate]);
  const me = useApi("me");
  const login = useWrite("login");
  const next = insideOnly(new URLSearchParams(search).get("next"));
  const enter = (event: FormEvent) => {
    event.preventDefault();
    login.mutate({ body: { secret: secret.trim() } }, { onSuccess: () => void navigate(next, { replace: true }) });
  };
  if (secret === "" && me.data !== undefined && (me.data.account !== null || me.data.door === "open")) {
    return <Navigate to={next} replace />;
  }
  return (
    <form className={classes.door} onSubmit={enter}>
      <img src="/cairn.svg" width="40" height="40" alt="" />
      <PageHeader title={t("title")} lead={t("lead")} />
      <PasswordInput
        label={t("secret")}
        description={t("secretHelp")}
        size="sm"
        required
        autoComplete="current-password"
        value={secret}
        onChange={(event) => setSecret(event.currentTarget.value)}
      />
      <Button type="submit" size="sm" loading={login.isPending} disabled={secret.trim() === ""}>
        {t("enter")}
      </Button>
      <p className={classes.none}>{t("none")}</p>
    </form>
  );
}

/** Only a path of this site: an address from elsewhere would lead a person astray after they logged in. */
function insideOnly(path: string | null): string {
  return path !== null && /^\/(?![/\\])/.test(path) ? path : "/";
}
