// Joins src/ to a few files in dist/. A program of hundreds of modules needs much time to open them, and a single file
// much time to read unneeded parts. So a pass is one file, the rest of the library another, the command line a third,
// and other parts are loaded when they are used. dist/LICENSES.txt names the other packages that are included, with
// their licenses. Declarations come from tsc: see declarations.mjs.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { parseAst } from "rolldown/parseAst";
import { trimDeclarations } from "./declarations.mjs";
import { isPlayProgram, PLAY_INPUT, play, writePlayPage } from "./play.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const dist = join(root, "dist");

for (const file of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
  if (file.endsWith(".js")) rmSync(join(dist, file));
}

/** commander is CommonJS, so its requires of Node's modules become requests to the process. */
const builtinsOfCommander = {
  name: "commander",
  transform: {
    filter: { id: /[\\/]commander[\\/]lib[\\/]\w+\.js$/ },
    handler: (code) =>
      code
        .replace(/require\((['"])node:child_process\1\)/, "undefined") // of commands that are programs of their own: we have none
        .replace(/require\((['"]node:\w+['"])\)/g, "globalThis.process.getBuiltinModule($1)"),
  },
};

/** Piscina is CommonJS too. The program of its worker is one of our files, beside those of the cells. */
const WORKER_PATH = "virtual:piscina-worker";
const workerOfPiscina = {
  name: "piscina",
  resolveId: (id) => (id === WORKER_PATH ? WORKER_PATH : null),
  load: (id) =>
    id === WORKER_PATH
      ? 'export const path = globalThis.process.getBuiltinModule("node:url").fileURLToPath(new URL("../sweeps/piscina-worker.js", import.meta.url));'
      : null,
  transform: {
    filter: { id: /[\\/]piscina[\\/]dist[\\/].*\.js$/ },
    handler: (code) =>
      code
        .replace("(0, node_path_1.resolve)(__dirname, 'worker.js')", `require("${WORKER_PATH}").path`)
        .replace(/require\((['"]node:[\w/]+['"])\)/g, "globalThis.process.getBuiltinModule($1)"),
  },
};

/**
 * Only the parser of Papa Parse is used, a third of its code. The rest writes text, starts workers and reads streams of
 * Node, and it runs at every import.
 */
const parserAlone = {
  name: "papaparse",
  transform: {
    filter: { id: /[\\/]papaparse\.js$/ },
    handler(code) {
      const [badDelimiters, ...functions] = [
        /Papa\.BAD_DELIMITERS = .*;/,
        ...["stripBom", "escapeRegExp", "Parser", "isFunction"].map((name) =>
          RegExp(`\n\tfunction ${name}\\([^]*?\n\t}`),
        ),
      ].map((part) => {
        const found = part.exec(code)?.[0];
        if (found === undefined) throw new Error(`Papa Parse has no ${part} any more: see parserAlone`);
        return found;
      });
      const head = `const Papa = { BYTE_ORDER_MARK: "\\ufeff" }; ${badDelimiters}`;
      return `${head} ${functions.join("")} export default { Parser };`;
    },
  },
};

/**
 * fflate fills its tables when something is unpacked: at every import of the library they would take milliseconds.
 * Those of compression, which nothing here does, are left out.
 */
const tablesWhenUsed = {
  name: "fflate",
  transform: {
    filter: { id: /[\\/]fflate[\\/]esm[\\/]browser\.js$/ },
    handler: (code) =>
      [
        [/var r = new i32\(b\[30\]\);[\s\S]*?return \{ b: b, r: r \};/, "return { b: b };"],
        ["fl[28] = 258, revfl[258] = 28;", "fl[28] = 258;"],
        [/for \(var i = 0; i < 32768; \+\+i\) \{[^}]*\n\}/, "var fillRev = function () {\n$&\n};"],
        ["var hMap = (function (cd, mb, r) {", "$&\nif (rev[1] === 0) fillRev();"],
        [/var flm = .*/, "var flrm;"],
        [/var fdm = .*/, "var fdrm;"],
        ["lm = flrm, dm = fdrm", "lm = flrm ||= hMap(flt, 9, 1), dm = fdrm ||= hMap(fdt, 5, 1)"],
      ].reduce((text, [from, to]) => {
        const changed = text.replace(from, to);
        if (changed === text) throw new Error(`fflate has no ${from} any more: see tablesWhenUsed`);
        return changed;
      }, code),
  },
};

/** Packed modules are not source code, so they neither check for a newer core nor contain that check. */
const packed = {
  name: "packed",
  transform: {
    filter: { id: /[\\/]src[\\/].*\.ts$/, code: 'import.meta.url.endsWith(".ts")' },
    handler: (code) => code.replaceAll('import.meta.url.endsWith(".ts")', "false"),
  },
};

const EXTERNAL = [/^(node:|fs$|fs\/promises$)/, "@resvg/resvg-js", "bullmq", "ioredis", "@napi-rs/nice"];

/**
 * The worker that runs sweeps in a browser: one script with all its imports, as text. Two modules hold half of it
 * each, because bundlers warn of larger ones.
 */
const HALF = "virtual:web-worker-";
const halves = [];
const webWorker = {
  name: "web-worker",
  resolveId: (id) => (id.startsWith(HALF) ? id : null),
  load: {
    filter: { id: /[\\/]sweeps[\\/]web[\\/]program\.ts$|^virtual:web-worker-/ },
    async handler(id) {
      if (id.startsWith(HALF)) return `export const text = ${JSON.stringify(halves[Number(id.slice(HALF.length))])};`;
      const inner = await rolldown({
        cwd: root,
        input: "src/sweeps/web/cell-worker.ts",
        platform: "neutral",
        resolve: { mainFields: ["module", "main"] },
        external: EXTERNAL,
        treeshake: { moduleSideEffects: (id) => id.endsWith("/web/cell-worker.ts") },
        plugins: [parserAlone, tablesWhenUsed, packed],
      });
      const { output } = await inner.generate({ format: "iife", minify: true, codeSplitting: false });
      const { code } = output[0];
      halves.push(code.slice(0, code.length >> 1), code.slice(code.length >> 1));
      return `export const loadProgram = async () => {
        const [first, second] = await Promise.all([import("${HALF}0"), import("${HALF}1")]);
        return first.text + second.text;
      };`;
    },
  },
};

/** Text of ASCII only, because a file with any other character needs twice the memory and twice the time to read. */
const ascii = {
  name: "ascii",
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      chunk.code = chunk.code.replace(
        /[^\0-\x7f]/g,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
      );
    }
  },
};

/**
 * Node's modules are requested from `process` and not imported: webpack refuses to build a page if any file imports
 * `node:fs`, even one that the page never loads.
 */
const builtins = {
  name: "builtins",
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      chunk.code = chunk.code.replace(
        /\bimport(\{[^}]*\}|\* as [\w$]+|[\w$]+)from"(node:[\w/]+)"/g,
        (_, names, module) => {
          const name = names.replace(/^\* as /, "").replaceAll(" as ", ":");
          return `const ${name}=globalThis.process.getBuiltinModule("${module}")`;
        },
      );
    }
  },
};

/**
 * Makes functions of the arrow functions with an expression as body that a file declares. V8 reads the body of a function
 * only briefly before it is called, but that of such an arrow function in full.
 */
const functionsOfArrows = {
  name: "functions-of-arrows",
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      const { code } = chunk;
      const text = ({ start, end }) => code.slice(start, end);
      let [changed, at] = ["", 0];
      for (const statement of parseAst(code).body) {
        if (statement.type !== "VariableDeclaration" || !statement.declarations.some(isExpressionArrow)) continue;
        const parts = statement.declarations.map(({ id, init, ...declaration }) =>
          isExpressionArrow({ id, init })
            ? `${init.async ? "async " : ""}function ${id.name}(${init.params.map(text)}){return ${text(init.body)}}`
            : `${statement.kind} ${text(declaration)};`,
        );
        changed += code.slice(at, statement.start) + parts.join("");
        at = statement.end;
      }
      chunk.code = changed + code.slice(at);
    }
  },
};

const isExpressionArrow = ({ id, init }) =>
  init?.type === "ArrowFunctionExpression" &&
  id.type === "Identifier" &&
  init.body.type !== "BlockStatement" &&
  !usesThis(init);

/** Whether a function may use what an arrow function takes from outside. */
function usesThis(node) {
  if (node === null || typeof node !== "object") return false;
  if (node.type === "ThisExpression" || node.type === "MetaProperty" || node.name === "arguments") return true;
  return Object.values(node).some(usesThis);
}

/**
 * Breaks the text before statements, into lines of about sixteen thousand columns. If nobody catches an error, Node prints
 * the line that made it above the message, unless the line has this mark (`GetErrorSource` in Node's source). So every line
 * has it, and the message comes first.
 */
const COLUMNS = 16_000;
const UNPRINTED = "//node-do-not-add-exception-line";
const lines = {
  name: "lines",
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      const starts = statementStarts(parseAst(chunk.code));
      let [code, line] = ["", 0]; // `line`: the start of the present line
      for (const [i, start] of starts.entries()) {
        const next = starts[i + 1] ?? chunk.code.length;
        if (next - line <= COLUMNS || start === line || start === 0) continue;
        code += `${chunk.code.slice(line, start)}${UNPRINTED}\n`;
        line = start;
      }
      chunk.code = code + chunk.code.slice(line) + UNPRINTED;
    }
  },
};

/** The starts of statements, in order: a line may end before each of them. */
function statementStarts(program) {
  const starts = new Set();
  const visit = (node) => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (node === null || typeof node !== "object") return;
    if (/(Statement|Declaration|^PropertyDefinition|^MethodDefinition)$/.test(node.type ?? "")) starts.add(node.start);
    for (const value of Object.values(node)) if (typeof value === "object") visit(value);
  };
  visit(program.body);
  return [...starts].sort((a, b) => a - b);
}

/** The diagnosis of a pass, in a separate file, because bundlers warn of large files. */
const JUDGE = /[\\/]src[\\/](theory|metrics|diagnosis)[\\/]/;
/** Results as text and data, for the command line and for pages. The code for drawing is loaded when it is used. */
const RESULTS =
  /[\\/]src[\\/]report[\\/](index|registry|(flow|trace|prescription|prediction|claims|comparison|monitor)[\\/])/;
/** A sweep's cells and its map, also in browsers: no module of Node. */
const CELLS = /[\\/]src[\\/]sweeps[\\/][\w-]+\.ts$/;
/**
 * The code that runs the cells of a sweep in Node. Workers load it too, without the command line. The programs of
 * workers are not in it, because they act as soon as they are loaded.
 */
const SWEEPS = /[\\/]src[\\/]sweeps[\\/]node[\\/](?!parquet|cell-worker|queue)/;

const inputOptions = {
  cwd: root,
  input: {
    index: "src/index.ts",
    core: "src/core.ts",
    "cli/main": "src/cli/main.ts",
    "report/pages": "src/report/pages.ts",
    record: "src/record.ts",
    // programs of workers
    "sweeps/cell-worker": "src/sweeps/node/cell-worker.ts",
    "experiments/claim-worker": "src/experiments/node/claim-worker.ts",
    "prescription/worker": "src/prescription/node/worker.ts",
    "sweeps/queue-processor": "src/sweeps/node/queue/processor.ts",
    "sweeps/piscina-worker": "node_modules/piscina/dist/worker.js",
    ...PLAY_INPUT,
  },
  platform: "neutral",
  resolve: { mainFields: ["module", "main"] },
  external: EXTERNAL,
  treeshake: {
    moduleSideEffects: (id) => id.endsWith("/cli/main.ts") || /[\\/]piscina[\\/]/.test(id) || isPlayProgram(id),
  },
};
const asWritten = [play, builtinsOfCommander, workerOfPiscina, webWorker, parserAlone, tablesWhenUsed, packed];

/**
 * Which modules are loaded together. A first bundle without groups has a file for each set of modules that the same
 * entries need, so it says which modules an import of the library loads, which one of its core and which `evanesce rnn`
 * does, and which the command line alone can ever load. No file of the library may hold the last, because they need Node.
 */
async function modulesByUse() {
  const bundle = await rolldown({ ...inputOptions, plugins: asWritten });
  const { output } = await bundle.generate({ dir: dist, format: "esm" });
  const chunks = new Map(output.filter(({ type }) => type === "chunk").map((chunk) => [chunk.fileName, chunk]));
  const loadedBy = (entries, nextOf) => {
    const seen = new Set();
    const follow = (name) => {
      if (seen.has(name) || !chunks.has(name)) return;
      seen.add(name);
      nextOf(chunks.get(name)).forEach(follow);
    };
    const isEntry = ({ fileName, facadeModuleId }) =>
      entries.some((entry) => fileName === entry || facadeModuleId?.endsWith(`/src/${entry}`));
    for (const chunk of chunks.values()) if (isEntry(chunk)) follow(chunk.fileName);
    const modules = [...seen].flatMap((name) => chunks.get(name).moduleIds);
    return new Set(modules.filter((id) => !/[\\/]src[\\/](index|core|cli[\\/]main)\.ts$/.test(id))); // these stay files of their own
  };
  const isCommandLine = (chunk) => chunk.fileName === "cli/main.js";
  const others = [...chunks.values()].filter((chunk) => chunk.isEntry && !isCommandLine(chunk));
  return {
    core: loadedBy(["core.js"], ({ imports }) => imports),
    library: loadedBy(["index.js"], ({ imports }) => imports),
    rnn: loadedBy(["cli/process.ts"], ({ imports }) => imports),
    outsideCommandLine: loadedBy(
      others.map(({ fileName }) => fileName),
      ({ imports, dynamicImports }) => [...imports, ...dynamicImports],
    ),
  };
}

const { core, library, rnn, outsideCommandLine } = await modulesByUse();
halves.length = 0;
const bundle = await rolldown({ ...inputOptions, plugins: [...asWritten, builtins, functionsOfArrows, ascii, lines] });
const { output } = await bundle.write({
  dir: dist,
  format: "esm",
  minify: true,
  codeSplitting: {
    groups: [
      { name: "core", test: (id) => core.has(id), priority: 7 },
      { name: "judge", test: (id) => JUDGE.test(id) && library.has(id) && rnn.has(id), priority: 6 },
      { name: "tables", test: (id) => library.has(id) && rnn.has(id), priority: 5 },
      { name: "library", test: (id) => library.has(id), priority: 4 },
      { name: "flow-text", test: (id) => rnn.has(id) && outsideCommandLine.has(id), priority: 3 },
      { name: "command", test: (id) => rnn.has(id), priority: 2 },
      { name: "cells", test: CELLS, priority: 1.9 },
      { name: "sweeps", test: SWEEPS, priority: 1.8 },
      { name: "results", test: RESULTS, priority: 1.5 },
    ],
  },
  entryFileNames: "[name].js",
  // two folders below the package, as src/cli is: version.ts looks for package.json from there
  chunkFileNames: "chunks/[name]-[hash].js",
});

const packages = new Set(
  output.flatMap(({ moduleIds }) =>
    moduleIds.flatMap((file) => /node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file)?.[1] ?? []),
  ),
);
const notices = [...packages].sort().map((name) => {
  const folder = join(root, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  return `${name} ${version} (${license})\n\n${file === undefined ? "" : readFileSync(join(folder, file), "utf8").trim()}\n`;
});
writeFileSync(join(dist, "LICENSES.txt"), notices.join(`\n${"-".repeat(80)}\n\n`));

await writePlayPage(root, dist);
trimDeclarations(dist, ["index.d.ts", "core.d.ts", "report/pages.d.ts", "record.d.ts"]);
for (const { fileName, code, imports } of output)
  if (process.env.VERBOSE) console.log(fileName, code.length, imports.length);
