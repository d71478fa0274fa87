import { Button, Menu } from "@mantine/core";
import type { RefObject } from "react";
import { useTranslation } from "react-i18next";
import { csvOf, markdownOf, pngOf, type Table } from "../copying.ts";
import { IconCopy, IconDownload } from "./icons.tsx";
import { copyText, notify, notifyError } from "./notify.tsx";

export interface CopyMenuProps {
  /** What is seen, as a table: asked for when it is copied. More of it than is loaded may have to be fetched. */
  readonly table?: () => Table | Promise<Table>;
  /** The picture: an element that holds one SVG or canvas. */
  readonly picture?: RefObject<Element | null>;
  /** Of a saved picture, without its ending. */
  readonly name?: string;
}

/** Takes what is seen elsewhere: as CSV, as Markdown, as a picture. */
export function CopyMenu({ table, picture, name = "cairn" }: CopyMenuProps) {
  const { t } = useTranslation("components");
  const withPicture = (use: (png: Blob) => Promise<void>) => {
    const element = picture?.current;
    if (element) pngOf(element).then(use).catch(notifyError);
  };
  const copyPicture = async (png: Blob) => {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
    notify(t("copy.done"));
  };
  const copyTable = (write: (table: Table) => string) => {
    const made = table?.();
    if (made !== undefined) copyText(made instanceof Promise ? made.then(write) : write(made));
  };
  const savePicture = async (png: Blob) => saveAs(png, `${name}.png`);
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconCopy size={14} />}>
          {t("copy.button")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {table !== undefined && (
          <>
            <Menu.Item onClick={() => copyTable(csvOf)}>{t("copy.csv")}</Menu.Item>
            <Menu.Item onClick={() => copyTable(markdownOf)}>{t("copy.markdown")}</Menu.Item>
          </>
        )}
        {picture !== undefined && (
          <>
            {window.isSecureContext && <Menu.Item onClick={() => withPicture(copyPicture)}>{t("copy.png")}</Menu.Item>}
            <Menu.Item leftSection={<IconDownload size={14} />} onClick={() => withPicture(savePicture)}>
              {t("copy.pngSave")}
            </Menu.Item>
          </>
        )}
        <Menu.Item onClick={() => copyText(window.location.href)}>{t("copy.link")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function saveAs(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
