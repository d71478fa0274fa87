import { createRig, type Outcome } from "../../../test/e2e/rig.ts";

/** A copy of the planted lab, whose commands are told where the database is. */
export interface LabRig {
  readonly dir: string;
  /** @param url CAIRN_DATABASE_URL; null: not set */
  cairn(url: string | null, ...argv: readonly string[]): Promise<Outcome>;
  dispose(): void;
}

export function createLabRig(): LabRig {
  const rig = createRig("planted");
  return {
    dir: rig.dir,
    cairn: async (url, ...argv) => {
      if (url !== null) process.env.CAIRN_DATABASE_URL = url;
      try {
        return await rig.cairn(...argv);
      } finally {
        delete process.env.CAIRN_DATABASE_URL;
      }
    },
    dispose: () => rig.dispose(),
  };
}
