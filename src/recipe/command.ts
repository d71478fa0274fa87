import { canonicalJson, type JsonObject } from "../base/json.ts";
import { parseTemplate } from "../lab/template.ts";

/**
 * The argv of a stage: every `{param}` hole filled with the parameter's value, text as it is and anything else as
 * canonical JSON. A hole never splits a word, so a value with spaces stays one argument (or a part of one).
 * @throws RangeError on a hole without a parameter: the reader of labs refuses those
 */
export function renderCommand(command: readonly string[], params: JsonObject): string[] {
  return command.map((word) =>
    parseTemplate(word)
      .map((piece) => {
        if (piece.kind === "text") return piece.text;
        if (piece.kind === "stray") throw new RangeError(`a stray brace in ${JSON.stringify(word)}`);
        const value = params[piece.param];
        if (value === undefined) throw new RangeError(`no parameter ${JSON.stringify(piece.param)}`);
        return typeof value === "string" ? value : canonicalJson(value);
      })
      .join(""),
  );
}
