// Joins what tsc wrote into dist/ to a few files: a program of hundreds of modules spends its start opening them. Declarations stay as they
// are, those that no public one leads to left out. What is joined in of other packages is named, with its licence, in dist/LICENSES.txt.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../", import.meta.url));
const dist = join(root, "dist");
const files = (suffix) =>
  readdirSync(dist, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(suffix))
    .map((file) => join(dist, file));

for (const file of files(".js")) rmSync(file);

/** commander is CommonJS: what it requires of Node itself, a module asks of the process. */
function builtinsOfCommander({ onLoad }) {
  onLoad({ filter: /[\\/]commander[\\/]lib[\\/]\w+\.js$/ }, ({ path }) => ({
    contents: readFileSync(path, "utf8").replace(
      /require\((['"]node:\w+['"])\)/g,
      "globalThis.process.getBuiltinModule($1)",
    ),
  }));
}

/** zod's messages in fifty languages: its complaints are put in our own words, whatever its language. */
function oneLanguage({ onLoad }) {
  onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
    contents: 'export { default as en } from "./en.js";',
  }));
}

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: { index: "src/index.ts", "cli/main": "src/cli/main.ts" },
  outdir: dist,
  // two folders below the package, as src/cli is: version.ts looks for package.json from there
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "neutral",
  mainFields: ["module", "main"],
  target: "es2022",
  external: ["node:*", "@resvg/resvg-js"],
  plugins: [
    { name: "commander", setup: builtinsOfCommander },
    { name: "one language", setup: oneLanguage },
  ],
  minifySyntax: true,
  minifyWhitespace: true,
  minifyIdentifiers: true, // a third of the package; lines stay short
  lineLimit: 160,
  metafile: true,
  logLevel: "warning",
});

const packages = new Set(
  Object.keys(metafile.inputs).flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []),
);
const notices = [...packages].sort().map((name) => {
  const folder = join(root, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  return `${name} ${version} (${license})\n\n${file === undefined ? "" : readFileSync(join(folder, file), "utf8").trim()}\n`;
});
writeFileSync(join(dist, "LICENSES.txt"), notices.join(`\n${"-".repeat(80)}\n\n`));

/** Declarations that index.d.ts leads to. */
const reached = new Set();
const visit = (file) => {
  if (reached.has(file)) return;
  reached.add(file);
  for (const [, path] of readFileSync(file, "utf8").matchAll(/\b(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g)) {
    const target = resolve(dirname(file), path.replace(/\.(js|ts)$/, ".d.ts"));
    if (existsSync(target)) visit(target);
    else throw new Error(`${relative(dist, file)} needs ${path}, which is not there`);
  }
};
visit(join(dist, "index.d.ts"));
for (const file of files(".d.ts")) if (!reached.has(file)) rmSync(file);
