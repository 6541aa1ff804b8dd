// Runs a bench as users run the package: joined to one file, with the worker of a sweep's cells beside it. The sources run
// slower, as their loader wraps every function. node scripts/bundled.mjs bench/sweeps.ts
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("../", import.meta.url));
const folder = `${root}build/bundled`;
const [program] = process.argv.slice(2);
const bundle = await rolldown({
  cwd: root,
  input: { "bench/program": program, "sweeps/cell-worker": "src/sweeps/node/cell-worker.ts" },
  platform: "node",
  external: ["piscina", "@resvg/resvg-js", "bullmq", "ioredis"],
});
await bundle.write({ dir: folder, format: "esm", entryFileNames: "[name].js", chunkFileNames: "bench/[name].js" });
await bundle.close();
process.argv.splice(1, 1); // the program reads its own words
await import(pathToFileURL(`${folder}/bench/program.js`).href);
