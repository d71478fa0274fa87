import type { Page } from "playwright-core";
import type { z } from "zod";
import { contributionPage } from "../../src/api/contributions.ts";
import { lab, recipe } from "../../src/api/lab.ts";
import { run, runPage } from "../../src/api/runs.ts";

/** What is left of another language in a page whose words are all in Chinese. */

/**
 * In the page: what people read and what is read to them. Code, and what says that it is in another language or not to be
 * translated (a log, a diff), is nobody's sentence.
 */
const everyText = `(() => {
  const told = [];
  const apart = "script, style, noscript, code, pre, kbd, [lang=en], [translate=no]";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    // A long name is broken by <wbr>.
    if (!parent.closest(apart)) told.push(parent.querySelector(":scope > wbr") ? parent.textContent : walker.currentNode.textContent);
  }
  const named = ["aria-label", "aria-description", "aria-valuetext", "title", "alt", "placeholder"];
  for (const element of document.querySelectorAll(named.map((name) => "[" + name + "]").join())) {
    if (element.closest("[lang=en], [aria-hidden=true]")) continue;
    for (const name of named) told.push(element.getAttribute(name) ?? "");
  }
  return [...told, document.title];
})()`;

/** Names that are the same in every language, and signs of keys. */
const international = [
  ...["Cairn", "CSV", "Markdown", "GPU", "NaN", "JSON", "Shapley", "Su", "Ctrl", "Alt", "Shift", "Enter", "Esc", "Tab"],
  // What is named by itself: the other language, an environment variable, the example of a patch.
  ...[
    "English",
    "CAIRN_EVENTS",
    "--- a/model/gpt.py",
    "+++ b/model/gpt.py",
    "diff",
    "contributions/….yaml",
    "kB",
    "MB",
  ],
];

/** @param own the users' words */
export async function foreignTexts(page: Page, own: ReadonlySet<string>): Promise<string[]> {
  const texts = await page.evaluate<string[]>(everyText);
  const names = [...own, ...international]
    .filter((name) => /[A-Za-z]{2}/.test(name))
    .sort((a, b) => b.length - a.length);
  const known = new RegExp(names.map((name) => `(?<![A-Za-z])${RegExp.escape(name)}(?![A-Za-z])`).join("|"), "g");
  const foreign = texts.filter((text) => /[A-Za-z]{2}/.test(text.replaceAll(/`[^`]*`/g, "").replaceAll(known, "")));
  return [...new Set(foreign.map((text) => text.trim()))];
}

/** What people called things, and wrote, in a lab; what they set parameters to; what runs and files are called. */
export async function ownWords(url: string): Promise<ReadonlySet<string>> {
  const ask = async <T extends z.ZodType>(path: string, answer: T): Promise<z.output<T>> =>
    answer.parse(await (await fetch(`${url}/api/v1${path}`)).json());
  const setup = await ask("/lab", lab);
  const { stages } = await ask("/recipe", recipe);
  const { items: rows } = await ask("/contributions?limit=1000", contributionPage);
  const { items: list } = await ask("/runs?limit=1000", runPage);
  const told = await Promise.all(list.map(({ id }) => ask(`/runs/${id}`, run)));
  return new Set([
    ...[setup.name, ...setup.scales, ...setup.objectives.flatMap(({ name, unit }) => [name, unit ?? ""])],
    ...stages.flatMap(({ stage, command, code, params, resources }) => [
      ...[stage, command, ...code, ...Object.keys(resources)],
      ...settings(params),
    ]),
    ...rows.flatMap(({ id, title, why, by, requires, conflicts, levels }) => [
      ...[id, `contributions/${id}.yaml`, title, why, ...by, ...requires, ...conflicts],
      ...levels.flatMap(({ level, change }) => [
        level,
        ...change,
        ...change.flatMap((line) => line.split(/: | → |, /)),
      ]),
    ]),
    ...told.flatMap(({ id, owner, reproduce, recipeDigest, stages: made }) => [
      ...[id, owner, reproduce, recipeDigest],
      ...made.flatMap(({ command, params, curves, metrics, files }) => [
        ...[command, ...curves, ...Object.keys(metrics), ...files.map(({ path }) => path)],
        ...settings(params),
      ]),
    ]),
  ]);
}

function settings(params: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(params).flatMap(([name, value]) => [name, String(value)]);
}
