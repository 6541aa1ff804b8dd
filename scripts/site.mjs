// Builds the static site in build/site: the playground at its root, the guide in guide/, the reference of the interface in
// guide/reference/. Every address in it is relative, so that it works from any host, under any path and without a
// network. `npm run site` runs every step; `npm run site playground` one.
import { fileURLToPath } from "node:url";
import { makeRelative } from "./site/relative.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));

/** In this order: the first empties the folder. */
const STEPS = [
  {
    name: "playground",
    run: async () => {
      const { build } = await import("vite");
      await build({ configFile: `${root}site/play/vite.config.ts`, logLevel: "warn" });
    },
  },
  {
    name: "guide",
    run: async () => {
      const { build } = await import("vitepress");
      await build(`${root}docs`);
      makeRelative(`${root}build/site/guide`);
    },
  },
  {
    name: "reference",
    run: async () => {
      const { Application } = await import("typedoc");
      process.chdir(root); // typedoc.json names its files from there
      const app = await Application.bootstrapWithPlugins({ options: root, readme: "none" });
      const project = await app.convert();
      if (project === undefined) throw new Error("reference: the sources do not compile");
      await app.generateDocs(project, `${root}build/site/guide/reference`);
    },
  },
];

const [only] = process.argv.slice(2);
const chosen = STEPS.filter(({ name }) => only === undefined || name === only);
if (chosen.length === 0) {
  console.error(`site: one of ${STEPS.map(({ name }) => name).join(", ")}, got ${only}`);
  process.exit(2);
}
for (const { name, run } of chosen) {
  await run();
  console.log(`${name} is in build/site`);
}
