import { useTranslation } from "react-i18next";
import { PageHeader } from "../../components/page-header.tsx";

export default function Page() {
  const { t } = useTranslation("recipe");
  return <PageHeader title={t("title")} />;
}
