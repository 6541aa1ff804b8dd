import type { CellName } from "../../../src/catalogue/index.ts";
import { describe, expect, it } from "vitest";
import { parseSpec } from "../../../src/spec/index.ts";
import { initialize } from "../../../src/spec/initialization/index.ts";

const H = 400;
const start = (cell: CellName, init: object = {}, cellOptions: object = {}) =>
  initialize(
    parseSpec({ kind: "recurrent", cell, hidden: H, inputs: 2, init, cellOptions }),
    { inputs: 2, outputs: null },
    5,
  );

describe("chrono initialization (Tallec and Ollivier 2018): time constants uniform in 2 … T", () => {
  // the gate that keeps the past, and whether σ(b) or σ(−b) is the share that it keeps
  const cases = [
    ["lstm", 1, 1],
    ["lstm_peephole", 1, 1],
    ["lstm_coupled", 0, 1],
    ["gru", 1, 1],
    ["ugrnn", 0, 1],
    ["mgu", 0, -1],
  ] as const;
  for (const [cell, gate, sign] of cases) {
    it(cell, () => {
      const values = start(cell, { chrono: 1000 });
      const bias = values.get("rnn.bias_ih_l0")!.slice(gate * H, (gate + 1) * H);
      const constants = [...bias].map((b) => 1 + Math.exp(sign * b)).sort((a, b) => a - b);
      expect(constants[0]).toBeGreaterThanOrEqual(2);
      expect(constants[H - 1]).toBeLessThanOrEqual(1000.001);
      // Kolmogorov and Smirnov: 1.63/√n at 1 %
      const distance = Math.max(...constants.map((c, i) => Math.abs((c - 2) / 998 - (i + 0.5) / H)));
      expect(distance).toBeLessThan(1.63 / Math.sqrt(H));
      expect(
        values
          .get("rnn.bias_hh_l0")!
          .slice(gate * H, (gate + 1) * H)
          .every((b) => b === 0),
      ).toBe(true);
    });
  }
  it("an LSTM's input gate starts at the opposite bias, and T = 2 means b = 0", () => {
    const bias = start("lstm", { chrono: 50 }).get("rnn.bias_ih_l0")!;
    for (let i = 0; i < H; i++) expect(bias[i]).toBe(-bias[H + i]);
    expect(
      start("lstm", { chrono: 2 })
        .get("rnn.bias_ih_l0")!
        .every((b) => b === 0),
    ).toBe(true);
  });
  it("the minimalRNN's gate has b_hh alone, which leaves its candidate's b_ih as it was", () => {
    const values = start("minimal_rnn", { chrono: 1000, biasStd: 0.5 });
    const constants = [...values.get("rnn.bias_hh_l0")!].map((b) => 1 + Math.exp(b));
    expect(Math.min(...constants)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...constants)).toBeGreaterThan(900);
    expect(values.get("rnn.bias_ih_l0")).toEqual(start("minimal_rnn", { biasStd: 0.5 }).get("rnn.bias_ih_l0"));
  });
  it("the diagonal recurrence's 1/(1 − λ) spans 2 … T too", () => {
    const constants = [...start("diagonal", { chrono: 100 }).get("rnn.nu_l0")!].map(
      (nu) => 1 / (1 - Math.exp(-Math.exp(nu))),
    );
    expect(Math.min(...constants)).toBeGreaterThanOrEqual(1.999);
    expect(Math.max(...constants)).toBeLessThan(100.01);
    expect(constants.reduce((sum, c) => sum + c) / H).toBeCloseTo(51, -1);
  });
});

it("forgetBias is the LSTMs' forget gate, b_ih + b_hh, and no other cell's", () => {
  for (const [cell, gate] of [
    ["lstm", 1],
    ["lstm_peephole", 1],
    ["lstm_coupled", 0],
  ] as const) {
    const values = start(cell, { forgetBias: 2.5, input: "pytorch", recurrent: "pytorch" });
    const of = (name: string) => values.get(name)!.slice(gate * H, (gate + 1) * H);
    expect(of("rnn.bias_ih_l0").every((b) => b === 2.5)).toBe(true);
    expect(of("rnn.bias_hh_l0").every((b) => b === 0)).toBe(true);
  }
  for (const cell of ["gru", "mgu", "ugrnn", "tanh"] as const) {
    expect(
      start(cell, { forgetBias: 2.5 })
        .get("rnn.bias_ih_l0")!
        .every((b) => b === 0),
    ).toBe(true);
  }
});

it("under a layer norm, which would take a common bias out again, the forget gate's bias stands in the norm's own", () => {
  const spec = parseSpec({
    kind: "recurrent",
    cell: "lstm",
    hidden: 6,
    inputs: 2,
    norm: "layer",
    init: { forgetBias: 2 },
  });
  const values = initialize(spec, { inputs: 2, outputs: null }, 5);
  expect([...values.get("rnn.norm_bias_l0")!]).toEqual([0, 2, 0, 0].flatMap((b) => new Array(6).fill(b)));
  expect(values.get("rnn.norm_weight_l0")!.every((g) => g === 1)).toBe(true);
  expect(values.get("rnn.bias_ih_l0")!.every((b) => b === 0)).toBe(true);
});

it("a norm where the cell has no normed form, and dilations that do not fit the layers, are told", () => {
  const recurrent = (more: object) => () => parseSpec({ kind: "recurrent", ...more });
  expect(recurrent({ cell: "mgu", norm: "layer" })).toThrow(
    /network.norm: none for the cell mgu, got "layer"; leave norm out/,
  );
  expect(recurrent({ layers: 2, dilation: [1, 2, 4] })).toThrow(
    /network.dilation: one number for each of 2 layers.*set layers: 3/,
  );
});

it("every gate's recurrent matrix is orthogonal on its own", () => {
  const small = initialize(
    parseSpec({ kind: "recurrent", cell: "gru", hidden: 9, inputs: 2 }),
    { inputs: 2, outputs: null },
    1,
  );
  const W = small.get("rnn.weight_hh_l0")!;
  for (let gate = 0; gate < 3; gate++) {
    for (let i = 0; i < 9; i++) {
      for (let j = 0; j < 9; j++) {
        let dot = 0;
        for (let k = 0; k < 9; k++) dot += W[(gate * 9 + i) * 9 + k] * W[(gate * 9 + j) * 9 + k];
        expect(dot).toBeCloseTo(i === j ? 1 : 0, 5);
      }
    }
  }
});

describe("a cell's own vectors", () => {
  it("peepholes start at zero, IndRNN's u uniform below the gain, a learned leak at α", () => {
    for (const name of ["weight_ci", "weight_cf", "weight_co"]) {
      expect(
        start("lstm_peephole")
          .get(`rnn.${name}_l0`)!
          .every((w) => w === 0),
      ).toBe(true);
    }
    const u = start("indrnn", { gain: 0.8 }).get("rnn.weight_hh_l0")!;
    expect(Math.min(...u)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...u)).toBeLessThan(0.8);
    expect(
      start("indrnn", { recurrent: "identity" })
        .get("rnn.weight_hh_l0")!
        .every((w) => w === 1),
    ).toBe(true);
    const alpha = [...start("leaky_learned", {}, { leak: 0.25 }).get("rnn.leak_l0")!].map(
      (x) => 1 / (1 + Math.exp(-x)),
    );
    expect(alpha.every((a) => Math.abs(a - 0.25) < 1e-6)).toBe(true);
  });
  it("the diagonal recurrence starts with λ between .9 and .999", () => {
    const lambda = [...start("diagonal").get("rnn.nu_l0")!].map((nu) => Math.exp(-Math.exp(nu)));
    expect(Math.min(...lambda)).toBeGreaterThanOrEqual(0.8999);
    expect(Math.max(...lambda)).toBeLessThanOrEqual(0.99901);
  });
});
