/** A feed-forward pass whose products are divided into parts: the same bits whatever their size, and no part above it. */
import { setFlagsFromString } from "node:v8";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createNetwork } from "../../src/network/create.ts";
import type { FeedforwardInput } from "../../src/spec/index.ts";
import { resolveTask } from "../../src/tasks/index.ts";
import { createEngine } from "../../src/wasm/builds.ts";
import { Engine } from "../../src/wasm/engine.ts";
import { DepthPass } from "../../src/wasm/feedforward/pass.ts";
import { RELAXED_EDITS } from "../../src/wasm/generated/binary-relaxed.ts";

afterEach(() => void vi.restoreAllMocks());

/** 523 samples: 66 panels, the last of three, in blocks of 256 for a weight gradient. */
const B = 523;

const CASES: readonly (readonly [string, FeedforwardInput])[] = [
  ["widths of every remainder", { kind: "feedforward", width: [13, 21, 8, 30, 17], depth: 5, outputs: 10 }],
  [
    "residual, layer norm",
    { kind: "feedforward", width: 19, depth: 4, residual: "identity", norm: "layer", outputs: 10 },
  ],
  ["batch norm", { kind: "feedforward", width: 12, depth: 3, norm: "batch", activation: "relu", outputs: 10 }],
  ["highway", { kind: "feedforward", width: 11, depth: 3, residual: "highway", outputs: 10 }],
  ["dense connections", { kind: "feedforward", width: 9, depth: 3, residual: "dense", outputs: 10 }],
  ["dropout, weight norm", { kind: "feedforward", width: 16, depth: 3, dropout: 0.3, norm: "weight", outputs: 10 }],
  ["no readout", { kind: "feedforward", width: 20, depth: 3 }],
];

/** Flow and gradients of a pass. */
function everything(input: FeedforwardInput, engine: Engine) {
  const batch = resolveTask({ name: "gaussian", inputs: 10 }, { batch: B, seed: 3, kind: "feedforward" });
  const network = createNetwork({ ...input, inputs: 10 }, { seed: 3, engine });
  const { inputs } = batch;
  const flow = network.propagate(input.outputs === undefined ? { inputs: { shape: [B, 10], data: inputs } } : batch);
  const gradients = network.parameters.names.map((name) => network.gradients.get(name));
  network.dispose();
  return { flow, gradients };
}

/** The same in parts of `work` multiplications. */
function inParts(input: FeedforwardInput, engine: Engine, work: number) {
  let most = 0;
  vi.spyOn(DepthPass.prototype, "run").mockImplementation(function (this: DepthPass) {
    const { core } = this.arena;
    this.parameters.forgetSums();
    for (let u = 0; u < this.units; u++) {
      const address = this.arena.address("pass");
      const parts = core.depthParts(address, u, work);
      most = Math.max(most, parts);
      for (let k = 0; k < parts; k++) core.depthRunPart(address, u, k, work);
    }
  });
  const result = everything(input, engine);
  vi.restoreAllMocks();
  return { most, result };
}

function expectSameBits(input: FeedforwardInput, engine: Engine) {
  const whole = everything(input, engine);
  const counts = [1, 300_000, 2_000_000_000].map((work) => {
    const { most, result } = inParts(input, engine, work);
    expect(result).toEqual(whole);
    return most;
  });
  // parts of one panel or one strip; several strips together; the whole
  expect(counts[0]).toBeGreaterThan(66);
  expect(counts[1]).toBeGreaterThan(1);
  expect(counts[1]).toBeLessThan(counts[0]!);
  expect(counts[2]).toBe(1);
}

describe("a feed-forward pass in parts has the bits of the whole pass", () => {
  it.each(CASES)("%s", (_, input) => expectSameBits(input, new Engine()));
});

describe.skipIf(RELAXED_EDITS === undefined)("on the relaxed core", () => {
  beforeAll(() => setFlagsFromString("--experimental-wasm-relaxed-simd"));
  afterAll(() => setFlagsFromString("--no-experimental-wasm-relaxed-simd"));

  it.each(CASES.slice(0, 3))("%s", async (_, input) => expectSameBits(input, await createEngine({ build: "relaxed" })));
});
