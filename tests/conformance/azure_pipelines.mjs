// Reads Azure Pipelines files with Microsoft's language service and the schema of the service.
//
//   node azure_pipelines.mjs MODULES SCHEMA < paths
//
// One path a line comes in, one finding a line goes out: {file, line, column, level, message}.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, schemaPath] = process.argv.slice(2);
const require = createRequire(join(modules, "node_modules", "x.js"));
console.log = () => {}; // the service prints its own notes

const { getLanguageService, parse } = require("azure-pipelines-language-service");
const { TextDocument } = require("vscode-languageserver-textdocument");

const schema = JSON.parse(readFileSync(schemaPath, "utf8"));
// Documented for every step (learn.microsoft.com, steps.task), absent from the published schema.
schema.definitions.task.properties.target ??= { $ref: "#/definitions/stepTarget" };

const uri = "memory://service-schema.json";
const service = getLanguageService(async () => schema, [], async () => uri);
service.configure({ validate: true, schemas: [{ uri, fileMatch: ["*"], schema }] });

const LEVELS = { 1: "error", 2: "warning" };
for (const path of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const text = readFileSync(path, "utf8");
  const document = TextDocument.create(pathToFileURL(resolve(path)).href, "azure-pipelines", 1, text);
  for (const { range, severity, message } of await service.doValidation(document, parse(text))) {
    const level = LEVELS[severity ?? 1];
    if (!level) continue;
    const { line, character } = range.start;
    process.stdout.write(`${JSON.stringify({ file: path, line: line + 1, column: character + 1, level, message })}\n`);
  }
}
