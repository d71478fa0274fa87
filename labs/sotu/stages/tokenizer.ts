/** tokenizer: learns the byte-pair merges and encodes the training text. */
import { readFileSync, writeFileSync } from "node:fs";
import { openStage } from "../model/protocol.ts";
import { learnMerges, Tokenizer } from "../text/tokenizer.ts";

const stage = openStage();
const text = readFileSync(stage.input("corpus", "train.txt"), "utf8");
// A sample is enough to rank pairs, and the cost grows with the number of different words.
const tokenizer = new Tokenizer(learnMerges(text.slice(0, 400_000), stage.params.count("merges")));
const tokens = Uint16Array.from(tokenizer.encode(text));

writeFileSync(stage.output("tokenizer.json"), JSON.stringify({ merges: tokenizer.merges }));
writeFileSync(stage.output("train.bin"), tokens);
stage.metrics({ bytes_per_token: text.length / tokens.length });
