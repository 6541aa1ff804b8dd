import { existsSync, readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { inflateRawSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createNetwork } from "../../src/network/create.ts";
import { propagate } from "../../src/measure/propagate.ts";
import { createEngine, hasRelaxedSimd } from "../../src/wasm/builds.ts";
import { SIMD_WASM } from "../../src/wasm/generated/binary.ts";
import { RELAXED_EDITS } from "../../src/wasm/generated/binary-relaxed.ts";
import { WIDE_EDITS } from "../../src/wasm/generated/binary-wide.ts";
import { edited } from "../../src/wasm/edits.ts";
import { Engine } from "../../src/wasm/engine.ts";

// Node 22 and later have relaxed SIMD without being asked
const NODE_20 = process.versions.node.startsWith("20.");
// V8's revectorizer
const JOINS = Number.parseInt(process.versions.node, 10) >= 24;

test.runIf(NODE_20)("a host without relaxed SIMD: auto falls back, relaxed is refused with the remedy", async () => {
  expect(hasRelaxedSimd()).toBe(false);
  expect((await createEngine({ build: "auto" })).build).toBe("simd");
  if (RELAXED_EDITS === undefined) return;
  await expect(createEngine({ build: "relaxed" })).rejects.toThrow(
    /^build: a host with relaxed SIMD, got "relaxed"; .*--experimental-wasm-relaxed-simd$/,
  );
});

test("an unknown build is refused", async () => {
  // @ts-expect-error: no such build
  await expect(createEngine({ build: "avx" })).rejects.toThrow(/^build: one of simd, relaxed, wide, auto, got "avx"/);
});

test.each([
  [[], [1, 2, 3, 4]],
  [[[0, 1, "ff00"]], [255, 0, 2, 3, 4]],
  [[[1, 2, ""]], [1, 4]],
  [
    [
      [2, 0, "09"],
      [1, 1, "0a"],
    ],
    [1, 2, 9, 3, 10],
  ],
  [[[4, 0, "05"]], [1, 2, 3, 4, 5]],
] as const)("1 2 3 4 with the changes %j is %j", (edits, expected) => {
  expect([...edited(Uint8Array.of(1, 2, 3, 4), edits)]).toEqual(expected);
});

const BUILT = ["release", "relaxed", "wide"].map((name) => new URL(`../../build/${name}.wasm`, import.meta.url));
test.runIf(RELAXED_EDITS !== undefined && WIDE_EDITS !== undefined && BUILT.every((file) => existsSync(file)))(
  "all cores are the compiler's, byte for byte",
  () => {
    const simd = new Uint8Array(inflateRawSync(Buffer.from(SIMD_WASM.deflated, "base64")));
    const [release, relaxed, wide] = BUILT.map((file) => readFileSync(file));
    expect(Buffer.compare(simd, release)).toBe(0);
    expect(Buffer.compare(edited(simd, RELAXED_EDITS ?? []), relaxed)).toBe(0);
    expect(Buffer.compare(edited(simd, WIDE_EDITS ?? []), wide)).toBe(0);
  },
);

test("a host without Node's zlib unpacks the same core", () => {
  const exportsOf = (engine: Engine) => WebAssembly.Module.exports(engine.module);
  const expected = exportsOf(new Engine());
  vi.stubGlobal("process", undefined);
  try {
    expect(exportsOf(new Engine())).toEqual(expected);
  } finally {
    vi.unstubAllGlobals();
  }
  expect(expected.length).toBeGreaterThan(5);
});

test("the SIMD engine brings the shared engine's bits in memory of its own", async () => {
  const engine = await createEngine();
  const input = { network: { kind: "recurrent", hidden: 8 }, task: { name: "adding", steps: 20 }, seed: 1 } as const;
  expect(propagate({ ...input, engine }).lnGradientNorm).toEqual(propagate(input).lnGradientNorm);
  expect(engine.memoryBytes).toBeGreaterThan(0);
});

const NETWORKS = [
  { kind: "recurrent", cell: "tanh", hidden: 37, inputs: 3, outputs: 1 },
  { kind: "recurrent", cell: "lstm", hidden: 20, inputs: 2, outputs: 1 },
  { kind: "recurrent", cell: "gru", hidden: 12, inputs: 1, outputs: 1 },
] as const;

/** Loss, norms and gradients of a pass over 11 samples of 30 steps. */
function pass(spec: (typeof NETWORKS)[number], engine: Engine) {
  const network = createNetwork(spec, { seed: 1, engine });
  const inputs = Float32Array.from({ length: 30 * 11 * spec.inputs }, (_, i) => Math.sin(i));
  const targets = Float32Array.from({ length: 11 }, (_, i) => Math.cos(i));
  const { build, loss, lnGradientNorm } = network.propagate({ inputs, targets, batch: 11 });
  const gradients = network.parameters.names.map((name) => network.gradients.get(name));
  network.dispose();
  return { build, numbers: { loss, lnGradientNorm, gradients } };
}

describe.skipIf(WIDE_EDITS === undefined)("the wide build", () => {
  test.each(NETWORKS)("$cell: the wide core, joined by V8 or not, has the bits of the SIMD core", (spec) => {
    const wide = pass(spec, new Engine("wide", { ...SIMD_WASM, edits: WIDE_EDITS ?? [] }));
    expect(wide.build).toBe("wide");
    expect(wide.numbers).toEqual(pass(spec, new Engine()).numbers);
  });

  const rule = JOINS
    ? /^build: a processor on which wide is faster than simd, got/
    : /^build: a host whose V8 joins vectors: Node 24 or later, got "wide"; use build "simd", or run Node 24 or later$/;
  test(`Node ${JOINS ? "runs it, or" : "is too old, and"} says why it is refused`, async () => {
    const got = await createEngine({ build: "wide" }).catch((error: Error) => error);
    if (got instanceof Error) expect(got.message).toMatch(rule);
    else expect({ build: got.build, joins: JOINS }).toEqual({ build: "wide", joins: true });
  });
});

describe.skipIf(RELAXED_EDITS === undefined)("the relaxed build", () => {
  beforeAll(() => setFlagsFromString("--experimental-wasm-relaxed-simd"));
  afterAll(() => setFlagsFromString("--no-experimental-wasm-relaxed-simd"));

  test.each([
    { kind: "recurrent", cell: "tanh", hidden: 24, inputs: 2, outputs: 1 },
    { kind: "recurrent", cell: "lstm", hidden: 24, inputs: 2, outputs: 1 },
    { kind: "recurrent", cell: "gru", hidden: 24, inputs: 2, outputs: 1 },
  ] as const)("$cell: names itself, and its numbers are the SIMD build's but for rounding", async (spec) => {
    const engine = await createEngine({ build: "auto" });
    const [own, other] = [createNetwork(spec, { seed: 1, engine }), createNetwork(spec, { seed: 1 })];
    const inputs = Float32Array.from({ length: 60 * 11 * 2 }, (_, i) => Math.sin(i));
    const targets = Float32Array.from({ length: 11 }, (_, i) => Math.cos(i));
    const [relaxed, simd] = [
      own.propagate({ inputs, targets, batch: 11 }),
      other.propagate({ inputs, targets, batch: 11 }),
    ];
    expect(relaxed.build).toBe("relaxed");
    expect(simd.build).toBe("simd");
    // one rounding in place of two: 2^-24 an operation, over 60 steps of 26 products each, through a contraction
    expect((relaxed.loss as number) / (simd.loss as number)).toBeCloseTo(1, 5);
    relaxed.lnGradientNorm.forEach((norm, t) => {
      expect(Math.abs(norm - simd.lnGradientNorm[t])).toBeLessThan(1e-4);
    });
    for (const name of own.parameters.names) {
      const [a, b] = [own.gradients.get(name), other.gradients.get(name)];
      const size = Math.hypot(...b);
      expect(Math.hypot(...a.map((value, i) => value - b[i]))).toBeLessThan(1e-4 * size);
    }
    own.dispose();
    other.dispose();
  });

  test("the same bits every time on one processor", async () => {
    const engine = await createEngine({ build: "relaxed" });
    const input = { network: { kind: "recurrent", hidden: 32 }, task: { name: "adding", steps: 50 }, seed: 1 } as const;
    const [a, again] = [propagate({ ...input, engine }), propagate({ ...input, engine })];
    expect(again.lnGradientNorm).toEqual(a.lnGradientNorm);
  });
});
