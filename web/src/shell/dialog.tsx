import { Modal } from "@mantine/core";
import type { ReactNode } from "react";

export interface DialogProps {
  /** Its name, for who cannot see it. */
  readonly name: string;
  readonly size: number;
  readonly close: () => void;
  readonly children: ReactNode;
}

/** A dialog of the shell's, near the top of the page; Esc closes it. */
export function Dialog({ name, size, close, children }: DialogProps) {
  return (
    <Modal.Root opened onClose={close} size={size} yOffset="12dvh" transitionProps={{ duration: 0 }} radius="md">
      <Modal.Overlay backgroundOpacity={0.4} />
      <Modal.Content aria-label={name}>{children}</Modal.Content>
    </Modal.Root>
  );
}
