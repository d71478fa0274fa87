import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { PageHeader } from "../components/page-header.tsx";
import { EmptyState } from "../components/states.tsx";

export function NotFound() {
  const { t } = useTranslation("shell");
  return (
    <>
      <PageHeader title={t("notFound.title")} />
      <EmptyState title={t("notFound.words")} action={<Link to="/">{t("notFound.home")}</Link>} />
    </>
  );
}
