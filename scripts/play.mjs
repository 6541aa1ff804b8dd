// The playground in the package: its page and its worker share the library's files in dist/, so that it adds a tenth of
// what a build of its own weighs. `evanesce play` serves it from dist/play where no site was built.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { rolldown } from "rolldown";

const uPlotStyle = createRequire(import.meta.url).resolve("uplot/dist/uPlot.min.css");

/** Its programs, by their names in dist/. */
export const PLAY_INPUT = { "play/main": "site/play/src/main.ts", "play/worker": "site/play/src/worker.ts" };

/** Whether a module is one of these programs, which run when they are loaded. */
export const isPlayProgram = (id) => /[\\/]site[\\/]play[\\/]src[\\/](main|worker)\.ts$/.test(id);

/** The style is a file beside the programs, and the worker's program has its name in dist/. */
export const play = {
  name: "play",
  resolveId: (id) => (id.endsWith(".css") ? "\0style" : null),
  load: (id) => (id === "\0style" ? "" : null),
  transform: {
    filter: { id: /[\\/]site[\\/]play[\\/]src[\\/]client\.ts$/ },
    handler: (code) => code.replace("./worker.ts", "./worker.js"),
  },
};

/** Writes dist/play's page and style. */
export async function writePlayPage(root, dist) {
  const { POLICY, paletteCss } = await loaded(root, "site/play/page.ts");
  const source = join(root, "site/play");
  const page = readFileSync(join(source, "index.html"), "utf8")
    .replace("%POLICY%", POLICY)
    .replace("</title>", '</title>\n    <link rel="stylesheet" href="./style.css" />')
    .replace("./src/main.ts", "./main.js")
    .replace(/^.*<a [^>]*id="guide-link".*\n/m, ""); // the guide is not in the package
  const style = [readFileSync(uPlotStyle, "utf8"), paletteCss(), styleOf(join(source, "src/style"))];
  mkdirSync(join(dist, "play"), { recursive: true });
  writeFileSync(join(dist, "play/index.html"), page);
  writeFileSync(join(dist, "play/style.css"), style.join("\n").replaceAll(/^\s+/gm, ""));
}

/** The text of a folder's index.css, each file that it imports in the place of its import. */
const styleOf = (folder) =>
  readFileSync(join(folder, "index.css"), "utf8").replace(/@import "(.+)";/g, (_, file) =>
    readFileSync(join(folder, file), "utf8"),
  );

/** The exports of a module in TypeScript. */
async function loaded(root, input) {
  const bundle = await rolldown({ cwd: root, input, platform: "node" });
  const { output } = await bundle.generate({ format: "esm" });
  return await import(`data:text/javascript,${encodeURIComponent(output[0].code)}`);
}
