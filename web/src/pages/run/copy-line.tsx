import { ActionIcon, Tooltip } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { IconCheck, IconCopy } from "../../components/icons.tsx";
import styles from "./copy-line.module.css";

/** A command or a key, to be copied. */
export function CopyLine({ text, label }: { readonly text: string; readonly label: string }) {
  const clipboard = useClipboard({ timeout: 1500 });
  return (
    <div className={styles.line}>
      <code>{text}</code>
      <Tooltip label={label}>
        <ActionIcon size="sm" aria-label={label} onClick={() => clipboard.copy(text)}>
          {clipboard.copied ? <IconCheck size={13} /> : <IconCopy size={13} />}
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
