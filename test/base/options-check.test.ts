/**
 * Every mistake of a caller throws an EvanesceError that names it, never a TypeError from inside the library.
 */
import { describe, expect, it } from "vitest";
import { createNetwork, diagnose, EvanesceError, jacobians, propagate } from "../../src/index.ts";

// what a caller without types may write
// biome-ignore lint/suspicious/noExplicitAny: the point of this file
const untyped = (value: unknown): any => value;
const spec = { kind: "recurrent", inputs: 2, hidden: 8 } as const;
const live = () => createNetwork(spec);
const zeros = { inputs: { shape: [3, 1, 2], data: new Float32Array(6) } };
const message = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(EvanesceError);
    return (error as Error).message;
  }
  return "no error";
};

describe("a caller's mistake", () => {
  it.each([
    ["no argument", () => propagate(untyped(undefined)), "propagate: an object"],
    ["no network", () => propagate(untyped({})), "network: an object"],
    ["a misspelled option", () => propagate(untyped({ network: spec, bach: 3 })), "propagate.bach: an option there is"],
    ["a text for options", () => createNetwork(spec, untyped("seed")), "createNetwork: an object"],
    ["an option misspelled", () => createNetwork(spec, untyped({ sed: 1 })), "did you mean seed?"],
    ["no memory", () => createNetwork(spec, { memoryLimit: Number.NaN }), "memoryLimit: bytes > 0, got NaN"],
    ["no arrays", () => createNetwork(spec).propagate(untyped(undefined)), "network.propagate: an object"],
    ["no inputs", () => createNetwork(spec).propagate(untyped({})), "inputs: an array, or { shape, data }"],
    ["a pass's option misspelled", () => live().propagate(zeros, untyped({ prob: false })), "did you mean probe?"],
    ["no object of options", () => live().propagate(zeros, untyped(null)), "network.propagate: an object"],
    [
      "threads of a pass that has none",
      () => live().propagate(zeros, untyped({ threads: 2 })),
      "network.propagate.threads: an option there is",
    ],
    [
      "the same in parts",
      () =>
        live()
          .propagateInParts(zeros, untyped({ prob: 1 }))
          .next(),
      "did you mean probe?",
    ],
    ["inputs null", () => createNetwork(spec).propagate(untyped({ inputs: null })), "inputs: an array"],
    ["no values", () => createNetwork(spec).parameters.set("rnn.weight_hh_l0", untyped(null)), "64 values, [8, 8]"],
    ["no flow", () => diagnose(untyped(null)), "diagnose: a flow that propagate returned"],
    ["something else for a flow", () => diagnose(untyped({ loss: 1 })), "diagnose: a flow that propagate returned"],
    ["no Jacobian's network", () => jacobians(untyped(undefined)), "jacobians: an object"],
  ])("%s", (_, work, expected) => {
    expect(message(work)).toContain(expected);
  });

  it("a misspelled option of an asynchronous pass", async () => {
    await expect(live().propagateAsync(zeros, untyped({ thread: 2 }))).rejects.toThrow("did you mean threads?");
    await expect(live().propagateAsync(zeros, { threads: 1, probe: false })).resolves.toMatchObject({ axis: "step" });
  });
});
