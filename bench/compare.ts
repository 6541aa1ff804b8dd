/**
 * `npm run bench:compare -- A B [shape …]`: two builds pair by pair, in alternation, in one process. A and B are each a compiled core (.wasm)
 * or the dist folder of a whole build. Prints the ratio of B's time to A's for every shape, with the interval that holds it in 95 % of
 * resamples (percentile bootstrap, Efron 1979), and exits 1 where B is slower beyond doubt: the whole interval above 1.02.
 *
 * Shapes are named by any part of their line, e.g. `lstm` or `H 128`. --pairs N (default 30), --steps T of the recurrent shapes (default 1000;
 * few steps show what a call costs), --json FILE.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { deflateRawSync } from "node:zlib";
import { createNetwork } from "../src/network/create.ts";
import { random } from "../src/base/random.ts";
import { Engine } from "../src/wasm/engine.ts";
import { BARE, type Case, feedforwardCase, recurrentCase } from "./cases.ts";
import { FEEDFORWARD, feedforwardName, RECURRENT, recurrentName, STEPS } from "./shapes.ts";
import { formatColumns } from "./table.ts";

const RESAMPLES = 2000;
/** A ratio within this limit may come from other work of the machine. */
const TOLERANCE = 1.02;

interface Build {
  readonly create: typeof createNetwork;
  readonly engine?: Engine;
}

async function load(path: string): Promise<Build> {
  if (!path.endsWith(".wasm")) {
    const module = await import(pathToFileURL(resolve(path, "index.js")).href);
    return { create: module.createNetwork };
  }
  const bytes = readFileSync(path);
  const engine = new Engine("simd", { bytes: bytes.length, deflated: deflateRawSync(bytes).toString("base64") });
  return { create: createNetwork, engine };
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { pairs: { type: "string", default: "30" }, steps: { type: "string" }, json: { type: "string" } },
});
const steps = Number(values.steps ?? STEPS);

const SHAPES: readonly { readonly name: string; readonly make: (build: Build) => Case }[] = [
  ...RECURRENT.map((shape) => ({
    name: `${shape.cell}  ${recurrentName(shape, steps)}`,
    make: ({ create, engine }: Build) => recurrentCase(create, shape, steps, engine),
  })),
  ...FEEDFORWARD.map((shape) => ({
    name: `mlp  ${feedforwardName(shape)}`,
    make: ({ create, engine }: Build) => feedforwardCase(create, shape, engine),
  })),
];

const time = ({ network, batch }: Case): number => {
  const start = performance.now();
  network.propagate(batch, BARE);
  return performance.now() - start;
};

/** The median of ratios, and the 2.5 and 97.5 % quantiles of the medians of resamples. */
function interval(ratios: readonly number[]): { median: number; low: number; high: number } {
  const stream = random(1, "bench/compare");
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];
  const medians = Array.from({ length: RESAMPLES }, () =>
    median(ratios.map(() => ratios[stream.below(ratios.length)])),
  );
  medians.sort((a, b) => a - b);
  const at = (q: number) => medians[Math.round(q * (RESAMPLES - 1))];
  return { median: median([...ratios]), low: at(0.025), high: at(0.975) };
}

const [a, b, ...wanted] = positionals;
if (a === undefined || b === undefined)
  throw new Error("npm run bench:compare -- A B: two .wasm files or dist folders");
const builds = [await load(a), await load(b)];
const pairs = Number(values.pairs);

const results = [];
for (const { name, make } of SHAPES) {
  if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
  const cases = builds.map(make);
  for (const each of cases) for (let i = 0; i < 3; i++) time(each);
  const times: [number, number][] = [];
  for (let i = 0; i < pairs; i++) {
    // the two take turns in going first, so both find the caches of the other
    if (i % 2 === 0) times.push([time(cases[0]), time(cases[1])]);
    else times.push([time(cases[1]), time(cases[0])].reverse() as [number, number]);
  }
  const { median, low, high } = interval(times.map(([first, second]) => second / first));
  const least = [0, 1].map((side) => Math.min(...times.map((pair) => pair[side])));
  results.push({ name, a: least[0], b: least[1], best: least[1] / least[0], median, low, high });
  for (const { network } of cases) network.dispose();
}
const percent = (ratio: number) => `${ratio >= 1 ? "+" : "−"}${Math.abs(100 * (ratio - 1)).toFixed(1)} %`;
console.log(
  formatColumns(
    ["shape", "A ms", "B ms", "best", "median", "95 %"],
    results.map(({ name, a, b, best, median, low, high }) => [
      name,
      a.toPrecision(3),
      b.toPrecision(3),
      percent(best),
      percent(median),
      `${percent(low)} … ${percent(high)}`,
    ]),
    1,
  ),
);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ a, b, pairs, results }, null, 2)}\n`);
if (results.some(({ low }) => low > TOLERANCE)) {
  console.log("B is slower");
  process.exitCode = 1;
}
