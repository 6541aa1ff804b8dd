// Builds the static site in build/site: the playground at its root. Every address in it is relative, so that it works
// from any host, under any path and without a network. `npm run site` runs every step; `npm run site playground` one.
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = fileURLToPath(new URL("../", import.meta.url));

/** In this order: the first empties the folder. */
const STEPS = [
  {
    name: "playground",
    run: () => build({ configFile: `${root}site/play/vite.config.ts`, logLevel: "warn" }),
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
