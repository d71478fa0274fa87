import { z } from "zod";
import type { OpenApi } from "../api/openapi.ts";
import { schemaText } from "./schema-text.ts";

/** The API's reference as one page, from the document itself: no script, and everything of the document escaped. */

const schema = z.record(z.string(), z.json());
const content = z.record(z.string(), z.object({ schema }));
const parameter = z.object({
  name: z.string(),
  in: z.string(),
  required: z.boolean(),
  description: z.string().optional(),
  schema,
});
const operation = z.object({
  operationId: z.string(),
  tags: z.array(z.string()),
  summary: z.string(),
  "x-access": z.string(),
  parameters: z.array(z.union([z.object({ $ref: z.string() }), parameter])),
  requestBody: z.object({ content }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string().optional(), content: content.optional() })),
});
const document = z.object({
  info: z.object({ title: z.string(), version: z.string(), description: z.string() }),
  servers: z.tuple([z.object({ url: z.string() })]),
  tags: z.array(z.object({ name: z.string(), description: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), schema), parameters: z.record(z.string(), parameter) }),
});
type Document = z.infer<typeof document>;
type Placed = z.infer<typeof operation> & { readonly path: string; readonly method: string };

export function referencePage(from: OpenApi): string {
  const api = document.parse(from);
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, found]) => ({ ...found, path, method })),
  );
  const groups = api.tags.map((tag) => ({
    ...tag,
    operations: operations.filter(({ tags }) => tags.includes(tag.name)),
  }));
  const contents = groups.map(
    (group) =>
      `<li><a href="#tag-${esc(group.name)}">${esc(group.name)}</a><ul>${group.operations
        .map(
          (o) =>
            `<li><a href="#${esc(o.operationId)}"><span class="m ${esc(o.method)}">${esc(o.method)}</span><span>${esc(o.path)}</span></a></li>`,
        )
        .join("")}</ul></li>`,
  );
  const sections = groups.map(
    (group) =>
      `<section id="tag-${esc(group.name)}"><h2>${esc(group.name)}</h2><p>${esc(group.description)}</p>${group.operations
        .map((found) => operationHtml(found, api))
        .join("")}</section>`,
  );
  const shared = Object.entries(api.components.schemas).map(
    ([name, found]) => `<article id="schema-${esc(name)}"><h3>${esc(name)}</h3>${code(schemaText(found))}</article>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/cairn.svg">
<title>${esc(api.info.title)} API</title>
<style>${style}</style>
</head>
<body>
<nav aria-label="Operations"><a class="top" href="#top">${esc(api.info.title)} API</a><ul>${contents.join("")}</ul></nav>
<main id="top">
<h1>${esc(api.info.title)} API <small>${esc(api.info.version)}</small></h1>
<p>${inline(api.info.description)}</p>
<p>The same for programs: <a href="openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
${sections.join("\n")}
<section id="schemas"><h2>Shared schemas</h2>${shared.join("")}</section>
</main>
</body>
</html>
`;
}

function operationHtml(found: Placed, api: Document): string {
  const parameters = found.parameters.flatMap((p) =>
    "$ref" in p ? (api.components.parameters[lastOf(p.$ref)] ?? []) : p,
  );
  const body = found.requestBody === undefined ? [] : Object.entries(found.requestBody.content);
  const answers = Object.entries(found.responses).filter(([status]) => /^\d+$/.test(status));
  return `<article id="${esc(found.operationId)}">
<h3><span class="m ${esc(found.method)}">${esc(found.method)}</span> <code>${esc(found.path)}</code> <a class="anchor" href="#${esc(found.operationId)}" aria-label="Link to ${esc(found.operationId)}">#</a></h3>
<p>${esc(found.summary)}. <span class="access">${accessText(found["x-access"])}</span></p>
${parameters.length === 0 ? "" : parametersHtml(parameters)}
${body.map(([media, { schema }]) => `<h4>Body <small>${esc(media)}</small></h4>${code(schemaText(schema))}`).join("")}
${answers.map(([status, answer]) => answerHtml(status, answer)).join("")}
<h4>Example</h4>${code(curl(found, api))}
</article>`;
}

function parametersHtml(parameters: readonly z.infer<typeof parameter>[]): string {
  const rows = parameters.map((p) => {
    const about = p.description === undefined ? "" : ` ${esc(p.description)}`;
    return `<tr><th scope="row"><code>${esc(p.name)}</code>${p.required ? " <em>required</em>" : ""}</th><td>${esc(p.in)}</td><td><code>${esc(schemaText(p.schema))}</code>${about}</td></tr>`;
  });
  return `<h4>Parameters</h4><div class="scroll"><table><thead><tr><th scope="col">name</th><th scope="col">in</th><th scope="col">what</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

function answerHtml(status: string, answer: Placed["responses"][string]): string {
  const bodies = Object.entries(answer.content ?? {});
  const shown = bodies.map(
    ([media, { schema }]) => `<h4>Answer ${esc(status)} <small>${esc(media)}</small></h4>${code(schemaText(schema))}`,
  );
  return shown.length === 0 ? `<h4>Answer ${esc(status)}</h4><p>Nothing in the body.</p>` : shown.join("");
}

function accessText(access: string): string {
  return access === "public" ? "For anybody." : `Needs the scope <code>${esc(access)}</code>.`;
}

/** A call that can be typed, with the values that are needed left to fill in. */
function curl(found: Placed, api: Document): string {
  const needed = found.parameters.filter((p) => !("$ref" in p) && p.required && p.in === "query");
  const query = needed.map((p) => ("name" in p ? `${p.name}=${p.name.toUpperCase()}` : "")).join("&");
  const path = found.path.replaceAll(/\{(\w+)\}/g, (_, name) => String(name).toUpperCase());
  const address = `http://localhost:7319${api.servers[0].url}${path}${query === "" ? "" : `?${query}`}`;
  const write = found.method !== "get";
  return [
    `curl${found.path === "/events" ? " -N" : ""}${write ? ` -X ${found.method.toUpperCase()}` : ""} '${address}'`,
    ...(found["x-access"] === "public" ? [] : [`  -H "Authorization: Bearer $CAIRN_TOKEN"`]),
    ...(write ? [`  -H "Idempotency-Key: $(uuidgen)"`] : []),
    ...(found.requestBody === undefined ? [] : [`  -H 'Content-Type: application/json' -d @body.json`]),
  ].join(" \\\n");
}

function lastOf(reference: string): string {
  return reference.split("/").at(-1) ?? "";
}

function code(text: string): string {
  return `<pre tabindex="0"><code>${esc(text)}</code></pre>`;
}

/** Backquotes in prose are code. */
function inline(text: string): string {
  return esc(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>");
}

function esc(text: string): string {
  return text.replaceAll(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

const style = `
:root{--ink:#1c2024;--dim:#60646c;--line:#e4e6e9;--ground:#fff;--sunk:#f6f7f8;--link:#0b62b8;--get:#0b62b8;--post:#18794e;--patch:#915400;--delete:#b42318}
@media (prefers-color-scheme:dark){:root{--ink:#e6e8eb;--dim:#a0a6ae;--line:#2c3036;--ground:#131518;--sunk:#1b1e22;--link:#70b8ff;--get:#70b8ff;--post:#5bc99a;--patch:#f0b35a;--delete:#ff9089}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0;display:grid;grid-template-columns:17rem minmax(0,1fr);color:var(--ink);background:var(--ground);font:15px/1.55 system-ui,"Noto Sans","PingFang SC","Microsoft YaHei",sans-serif}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1.25rem 1rem;border-right:1px solid var(--line);font-size:13px}
nav ul{list-style:none;margin:.25rem 0 .75rem;padding:0}
nav a{display:block;padding:.15rem .25rem;color:inherit;text-decoration:none;border-radius:4px;overflow-wrap:anywhere}
nav li li a{display:grid;grid-template-columns:3.4rem 1fr;align-items:baseline}
nav a:hover{background:var(--sunk)}
nav>ul>li>a{font-weight:600}
.top{font-weight:700;font-size:15px;margin-bottom:.5rem}
main{padding:1.5rem 2rem 4rem;max-width:62rem}
h1{font-size:1.7rem;margin:0 0 .5rem}
h1 small,h4 small{color:var(--dim);font-weight:400}
h2{margin:2.5rem 0 .25rem;text-transform:capitalize}
h3{font-size:1rem;margin:0;overflow-wrap:anywhere}
h4{font-size:.85rem;margin:1rem 0 .35rem}
article{border-top:1px solid var(--line);padding:1.25rem 0}
p{margin:.4rem 0}
a{color:var(--link)}
a:focus-visible,pre:focus-visible{outline:2px solid var(--link);outline-offset:2px}
code,pre{font:13px/1.5 ui-monospace,"SF Mono",Menlo,Consolas,monospace}
pre{margin:0;padding:.75rem 1rem;background:var(--sunk);border-radius:6px;overflow:auto;max-height:28rem}
.access,.dim{color:var(--dim)}
.m{display:inline-block;min-width:3.2rem;font:600 11px/1.4 ui-monospace,Menlo,monospace;text-transform:uppercase;color:var(--get)}
.m.post,.m.put{color:var(--post)}.m.patch{color:var(--patch)}.m.delete{color:var(--delete)}
.anchor{color:var(--dim);text-decoration:none}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13px}
th,td{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);font-weight:400}
thead th{color:var(--dim)}
em{color:var(--patch);font-style:normal;font-size:12px}
@media (max-width:800px){body{display:block}nav{position:static;height:auto;border-right:0;border-bottom:1px solid var(--line)}nav ul ul{display:none}main{padding:1rem}}
`;
