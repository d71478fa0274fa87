import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Contribution } from "../../../../src/api/contributions.ts";
import { IconCopy } from "../../components/icons.tsx";
import { copyText } from "../../components/notify.tsx";
import classes from "./file.module.css";
import { Section } from "./section.tsx";

/** Its file in `contributions/`, as the server shows it. */
export function FileSection({ contribution: { file } }: { readonly contribution: Contribution }) {
  const { t } = useTranslation("contribution");
  return (
    <Section
      name="file"
      aside={
        <>
          <code>{file.path}</code>
          <Button variant="default" leftSection={<IconCopy size={14} />} onClick={() => copyText(file.text)}>
            {t("file.copy")}
          </Button>
        </>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.text} tabIndex={0} aria-label={t("file.label", { path: file.path })}>
        <pre>{file.text}</pre>
      </section>
    </Section>
  );
}
