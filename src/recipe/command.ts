import { canonicalJson, type JsonObject } from "../base/json.ts";
import { protocolPrefix } from "../lab/protocol.ts";
import { parseTemplate } from "../lab/template.ts";

/**
 * The argv of a stage: every `{param}` hole filled with the parameter's value, text as it is and anything else as
 * canonical JSON, and every `{CAIRN_…}` hole with that variable of its environment. A hole never splits a word, so a
 * value with spaces stays one argument (or a part of one).
 * @throws RangeError on a hole that nothing fills: the reader of labs refuses those
 */
export function renderCommand(
  command: readonly string[],
  params: JsonObject,
  environment: Readonly<Record<string, string>>,
): string[] {
  return command.map((word) =>
    parseTemplate(word)
      .map((piece) => {
        if (piece.kind === "text") return piece.text;
        if (piece.kind === "stray") throw new RangeError(`a stray brace in ${JSON.stringify(word)}`);
        const value = piece.param.startsWith(protocolPrefix) ? environment[piece.param] : params[piece.param];
        if (value === undefined) throw new RangeError(`nothing fills {${piece.param}}`);
        return typeof value === "string" ? value : canonicalJson(value);
      })
      .join(""),
  );
}
