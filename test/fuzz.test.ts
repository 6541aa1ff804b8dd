/** A seeded part of `npm run fuzz`: every reader of foreign data accepts it or throws an EvanesceError. */
import fc from "fast-check";
import { test } from "vitest";
import { TARGETS } from "../bench/fuzz/targets.ts";

/** The number of inputs of each target besides its corpus. Some targets run a whole pass for each. */
const FEW = new Set(["spec", "result", "command line", "files of arrays", "keras2_lstm.h5"]);

test.each(TARGETS.map((target) => [target.name, target] as const))("%s", async (name, { corpus, inputs, check }) => {
  const property = fc.asyncProperty(inputs, async (input) => check(input as never));
  const examples = corpus.map((input) => [input]) as never;
  await fc.assert(property, { seed: 1, numRuns: corpus.length + (FEW.has(name) ? 20 : 200), examples });
});
