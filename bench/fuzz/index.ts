/**
 * `npm run fuzz [-- --minutes N] [--seed N] [--only NAME]`: hostile input for everything that takes what may come from
 * anyone, N minutes of it (default 1), from a seed. Exit code 1 where something answers otherwise than in words, or
 * takes more than 20 seconds of processor time. If an input ends the process, `build/fuzz-input.txt` holds it.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { TARGETS } from "./targets.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
  },
});
const LAST_INPUT = "build/fuzz-input.txt";
const MOST_MICROSECONDS = 20e6;
mkdirSync("build", { recursive: true });
const targets = TARGETS.filter(({ name }) => values.only === undefined || name === values.only);
const each = (Number(values.minutes) * 60_000) / targets.length;
let failed = 0;
for (const { name, corpus, inputs, check } of targets) {
  const started = performance.now();
  let tried = 0;
  const counted = async (input: unknown) => {
    tried++;
    writeFileSync(LAST_INPUT, `${name}: ${fc.stringify(input)}\n`);
    const before = process.cpuUsage();
    await check(input as never);
    const { user, system } = process.cpuUsage(before);
    if (user + system > MOST_MICROSECONDS) throw new Error(`an answer after ${(user + system) / 1e6} s`);
  };
  const property = fc.asyncProperty(inputs, counted);
  const result = await fc.check(property, {
    seed: Number(values.seed),
    numRuns: 2 ** 31 - 1,
    interruptAfterTimeLimit: each,
    markInterruptAsFailure: false,
    examples: corpus.map((input) => [input]) as never,
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${result.failed ? "FAILED" : "ok    "} ${name}: ${tried} inputs in ${seconds} s`);
  if (!result.failed) continue;
  failed++;
  console.log(fc.defaultReportMessage(result));
}
process.exit(failed > 0 ? 1 : 0);
