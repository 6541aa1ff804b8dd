/** A share of `npm run fuzz`, seeded: everything that takes what may come from anyone answers in words. */
import fc from "fast-check";
import { test } from "vitest";
import { TARGETS } from "../bench/fuzz/targets.ts";

/** Inputs of each target beside its corpus; some targets run a whole pass for each. */
const FEW = new Set(["spec", "result", "command line", "files of arrays", "keras2_lstm.h5"]);

test.each(TARGETS.map((target) => [target.name, target] as const))("%s", async (name, { corpus, inputs, check }) => {
  const property = fc.asyncProperty(inputs, async (input) => check(input as never));
  const examples = corpus.map((input) => [input]) as never;
  await fc.assert(property, { seed: 1, numRuns: corpus.length + (FEW.has(name) ? 20 : 200), examples });
});
