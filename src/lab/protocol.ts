/** The names of the stage protocol: environment variables of every stage, and holes of its command. */

/** Begins every name of the protocol; no parameter may. */
export const protocolPrefix = "CAIRN_";

/** `CAIRN_IN_PRETRAIN` for `pretrain`; what a variable's name cannot hold becomes `_`. */
export function inputVariable(stage: string): string {
  return `CAIRN_IN_${stage.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}`;
}

/** What a stage is handed, by name. */
export function protocolVariables(stage: { readonly needs: readonly string[]; readonly seeded: boolean }): string[] {
  const always = ["CAIRN_PARAMS", "CAIRN_OUT", "CAIRN_EVENTS", "CAIRN_RESUME"];
  return [...always, ...(stage.seeded ? ["CAIRN_SEED"] : []), ...stage.needs.map(inputVariable)];
}
