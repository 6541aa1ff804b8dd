import { CELLS, NORMS, RESIDUALS } from "../../src/catalogue/index.ts";
import { describe, expect, test } from "vitest";
import { initialize, initializeInParts } from "../../src/spec/initialization/index.ts";
import { parseSpec } from "../../src/spec/index.ts";
import { WEIGHT_INITS } from "../../src/spec/names.ts";
import { elements, parameterTable } from "../../src/spec/parameters.ts";
import { correlationScore, momentScores, NORMAL, UNIFORM } from "./moments.ts";

const expectScore = (score: number, of: string) => expect(Math.abs(score), of).toBeLessThan(4.5);
const recurrent = (fields: object, init: object = {}, seed = 1) =>
  initialize(parseSpec({ kind: "recurrent", ...fields, init }), { inputs: 3, outputs: 2 }, seed);
const feedforward = (fields: object, init: object = {}, seed = 1) =>
  initialize(parseSpec({ kind: "feedforward", ...fields, init }), { inputs: 6, outputs: 2 }, seed);
const zero = (values: Float32Array | undefined) => values?.every((x) => Object.is(x, 0)) ?? false;

describe("every parameter of the table is set, in its order and of its size, and finite", () => {
  const inputs = [
    ...CELLS.map((cell) => ({ kind: "recurrent", cell, hidden: 5, layers: 2 })),
    ...WEIGHT_INITS.map((weight) => ({ kind: "recurrent", hidden: 5, init: { recurrent: weight, input: weight } })),
    ...RESIDUALS.flatMap((residual) =>
      NORMS.flatMap((norm) =>
        WEIGHT_INITS.map((weight) => ({
          kind: "feedforward",
          width: [4, 4, 7, 7, 2, 7],
          activation: "prelu",
          residual,
          norm,
          blockLayers: 2,
          init: { weight, gain: "auto" },
        })),
      ),
    ),
  ];
  test.each(inputs.map((input) => [JSON.stringify(input), input]))("%s", (_, input) => {
    const spec = parseSpec(input);
    for (const outputs of [3, null]) {
      const table = parameterTable(spec, { inputs: 5, outputs });
      const values = initialize(spec, { inputs: 5, outputs }, 7);
      expect([...values.keys()]).toEqual(table.map(({ name }) => name));
      for (const { name, shape } of table) {
        expect(values.get(name)).toHaveLength(elements(shape));
        expect(values.get(name)!.every(Number.isFinite), name).toBe(true);
      }
    }
  });
});

describe("streams", () => {
  test("the same seed gives the same bits, another seed others", () => {
    expect(recurrent({ hidden: 17 })).toEqual(recurrent({ hidden: 17 }));
    expect(recurrent({ hidden: 17 }, {}, 2).get("rnn.weight_hh_l0")).not.toEqual(
      recurrent({ hidden: 17 }).get("rnn.weight_hh_l0"),
    );
  });

  test("another layer, another init beside it, or no readout changes no other parameter", () => {
    const one = recurrent({ hidden: 17 });
    const two = recurrent({ hidden: 17, layers: 2 });
    for (const [name, value] of one) expect(two.get(name), name).toEqual(value);
    const other = recurrent({ hidden: 17 }, { input: "he_normal" });
    for (const [name, value] of one) if (name !== "rnn.weight_ih_l0") expect(other.get(name), name).toEqual(value);
    const shallow = feedforward({ width: 9, depth: 3 });
    const deep = feedforward({ width: 9, depth: 5, norm: "layer" });
    for (const [name, value] of shallow) expect(deep.get(name), name).toEqual(value);
  });

  test("parameters are uncorrelated: layers, gates, weights beside each other", () => {
    const deep = feedforward({ width: 128, depth: 3 });
    expectScore(correlationScore(deep.get("layers.1.weight")!, deep.get("layers.2.weight")!), "layers");
    const lstm = recurrent({ cell: "lstm", hidden: 128, layers: 2 });
    const weight = lstm.get("rnn.weight_hh_l1")!;
    expectScore(correlationScore(weight, lstm.get("rnn.weight_hh_l0")!), "stack");
    expectScore(correlationScore(weight, lstm.get("rnn.weight_ih_l1")!), "input and recurrent");
    expectScore(correlationScore(weight.subarray(0, 128 ** 2), weight.subarray(128 ** 2, 2 * 128 ** 2)), "gates");
  });
});

describe("recurrent", () => {
  const H = 64;
  const gatesOf = (weight: Float32Array, columns: number) =>
    Array.from({ length: weight.length / (H * columns) }, (_, g) =>
      weight.subarray(g * H * columns, (g + 1) * H * columns),
    );

  test.each([
    ["tanh", 1],
    ["gru", 3],
    ["lstm", 4],
  ])("%s: each of %i gates is orthogonal in itself, scaled by the gain", (cell, count) => {
    const weight = recurrent({ cell, hidden: H }, { gain: 0.9 }).get("rnn.weight_hh_l0")!;
    const gates = gatesOf(weight, H);
    expect(gates).toHaveLength(count);
    for (const gate of gates) {
      for (let i = 0; i < H; i++) {
        for (let j = 0; j <= i; j++) {
          let dot = 0;
          for (let k = 0; k < H; k++) dot += gate[k * H + i]! * gate[k * H + j]!;
          expect(Math.abs(dot - (i === j ? 0.81 : 0))).toBeLessThanOrEqual(1e-6);
        }
      }
    }
    expect(new Set(gates.map((gate) => gate[0])).size, "gates differ").toBe(count);
  });

  test("fans are one gate's: xavier's variance is 2/(X + H), whatever the gates", () => {
    const weight = recurrent({ cell: "lstm", hidden: 256, layers: 2 }, { input: "xavier_normal", inputGain: 2 });
    const std = 2 * Math.sqrt(2 / (256 + 256));
    for (const [of, score] of Object.entries(momentScores(weight.get("rnn.weight_ih_l1")!, std, NORMAL))) {
      expectScore(score, of);
    }
  });

  test("identity with a gain is IRNN's, gate by gate", () => {
    const weight = recurrent({ cell: "gru", hidden: 2 }, { recurrent: "identity", gain: 0.5 }).get("rnn.weight_hh_l0");
    expect(Array.from(weight!)).toEqual([0.5, 0, 0, 0.5, 0.5, 0, 0, 0.5, 0.5, 0, 0, 0.5]);
  });

  test("recurrent and input weights have each their init and gain", () => {
    const values = recurrent({ hidden: 3 }, { recurrent: "identity", gain: 2, input: "identity", inputGain: 3 });
    expect(Array.from(values.get("rnn.weight_hh_l0")!)).toEqual([2, 0, 0, 0, 2, 0, 0, 0, 2]);
    expect(Array.from(values.get("rnn.weight_ih_l0")!)).toEqual([3, 0, 0, 0, 3, 0, 0, 0, 3]);
  });

  test("pytorch is torch.nn.RNN's: weights and both biases U(±1/√H), input weights too", () => {
    const values = recurrent({ hidden: 400, layers: 2 }, { recurrent: "pytorch", input: "pytorch" });
    for (const [name, value] of values) {
      if (name.startsWith("readout")) continue;
      const reach = value.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      expect(reach, name).toBeLessThanOrEqual(Math.fround(1 / 20));
      for (const [of, score] of Object.entries(momentScores(value, 1 / 20 / Math.sqrt(3), UNIFORM))) {
        expectScore(score, `${name} ${of}`);
      }
    }
  });

  test("each bias follows its own weight: PyTorch's beside pytorch, zero beside any other", () => {
    const input = recurrent({ hidden: 8 }, { input: "pytorch" });
    expect(zero(input.get("rnn.bias_ih_l0"))).toBe(false);
    expect(zero(input.get("rnn.bias_hh_l0"))).toBe(true);
    const hidden = recurrent({ hidden: 8 }, { recurrent: "pytorch" });
    expect(zero(hidden.get("rnn.bias_ih_l0"))).toBe(true);
    expect(zero(hidden.get("rnn.bias_hh_l0"))).toBe(false);
  });

  test("biasStd spreads b_ih alone, PyTorch's biases included", () => {
    for (const law of ["orthogonal", "pytorch"]) {
      const values = recurrent({ hidden: 1500 }, { recurrent: "zeros", input: law, biasStd: 0.3 });
      for (const [of, score] of Object.entries(momentScores(values.get("rnn.bias_ih_l0")!, 0.3, NORMAL))) {
        expectScore(score, of);
      }
      expect(zero(values.get("rnn.bias_hh_l0"))).toBe(true);
    }
  });

  test("forgetBias is b_ih + b_hh of the LSTM's forget gate (i, f, g, o), whatever drew the rest", () => {
    const forget = (init: object) => {
      const values = recurrent({ cell: "lstm", hidden: 2, layers: 2 }, init);
      return [0, 1].map((l) => [
        Array.from(values.get(`rnn.bias_ih_l${l}`)!.subarray(2, 4)),
        Array.from(values.get(`rnn.bias_hh_l${l}`)!.subarray(2, 4)),
      ]);
    };
    const set = (b: number) => [
      [
        [b, b],
        [0, 0],
      ],
      [
        [b, b],
        [0, 0],
      ],
    ];
    expect(forget({})).toEqual(set(1));
    expect(forget({ forgetBias: -2.5, biasStd: 1 })).toEqual(set(-2.5));
    expect(forget({ forgetBias: 5, recurrent: "pytorch", input: "pytorch" })).toEqual(set(5));
    const plain = recurrent({ cell: "lstm", hidden: 2 }).get("rnn.bias_ih_l0")!;
    expect(Array.from(plain), "the other gates are untouched").toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
    expect(zero(recurrent({ cell: "gru", hidden: 2 }).get("rnn.bias_ih_l0")), "GRU has none").toBe(true);
  });
});

describe("feed-forward", () => {
  const scores = (weight: Float32Array, std: number, law = NORMAL) => {
    for (const [of, score] of Object.entries(momentScores(weight, std, law))) expectScore(score, of);
  };

  test("gain auto is the activation's: xavier with relu's √2, He unchanged by it", () => {
    const net = { width: 300, depth: 2, activation: "relu" };
    scores(feedforward(net, { gain: "auto" }).get("layers.1.weight")!, Math.SQRT2 / Math.sqrt(300));
    expect(feedforward(net, { weight: "he_normal", gain: "auto" })).toEqual(feedforward(net, { weight: "he_normal" }));
  });

  test("the mean-field pair: W ~ N(0, σ_w²/fan_in), b ~ N(0, σ_b²)", () => {
    const values = feedforward({ width: [4000, 100] }, { weight: "gaussian", sigmaW: 1.7, sigmaB: 0.2 });
    scores(values.get("layers.0.weight")!, 1.7 / Math.sqrt(6));
    scores(values.get("layers.1.weight")!, 1.7 / Math.sqrt(4000));
    scores(values.get("layers.0.bias")!, 0.2);
  });

  test("sigmaW and sigmaB are other names of gain and biasStd", () => {
    expect(feedforward({ width: 9, depth: 2 }, { weight: "gaussian", sigmaW: 1.7, sigmaB: 0.2 })).toEqual(
      feedforward({ width: 9, depth: 2 }, { weight: "gaussian", gain: 1.7, biasStd: 0.2 }),
    );
  });

  test("pytorch is torch.nn.Linear's: weight and bias U(±1/√fan_in); an explicit sigmaB: 0 zeroes the bias", () => {
    const values = feedforward({ width: [5000, 100] }, { weight: "pytorch" });
    scores(values.get("layers.0.weight")!, 1 / Math.sqrt(18), UNIFORM);
    scores(values.get("layers.0.bias")!, 1 / Math.sqrt(18), UNIFORM);
    scores(values.get("layers.1.weight")!, 1 / Math.sqrt(15_000), UNIFORM);
    expect(zero(feedforward({ width: 9, depth: 2 }, { weight: "pytorch", sigmaB: 0 }).get("layers.0.bias"))).toBe(true);
    expect(zero(feedforward({ width: 9, depth: 2 }).get("layers.0.bias"))).toBe(true);
  });

  test("the readout has its own init; its bias is Linear's beside pytorch, else zero", () => {
    const spec = { width: 400, depth: 1 };
    const reach = feedforward(spec)
      .get("readout.weight")!
      .reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    expect(reach).toBeGreaterThan(0.049);
    expect(reach).toBeLessThanOrEqual(Math.fround(0.05));
    expect(zero(feedforward(spec).get("readout.bias"))).toBe(false);
    expect(zero(feedforward(spec, { readout: "xavier_normal", biasStd: 1 }).get("readout.bias"))).toBe(true);
    expect(zero(feedforward(spec, { readout: "zeros" }).get("readout.weight"))).toBe(true);
  });

  test("normalization starts as the identity, PReLU at .25", () => {
    const values = feedforward({ width: 3, depth: 2, norm: "layer", activation: "prelu" });
    expect(Array.from(values.get("norms.1.weight")!)).toEqual([1, 1, 1]);
    expect(zero(values.get("norms.1.bias"))).toBe(true);
    expect(Array.from(values.get("activations.0.weight")!)).toEqual([0.25]);
  });

  test("weight norm starts from the very W of the plain net: g v/‖v‖ = W", () => {
    const plain = feedforward({ width: 17, depth: 2 }).get("layers.1.weight")!;
    const values = feedforward({ width: 17, depth: 2, norm: "weight" });
    const g = values.get("layers.1.weight_g")!;
    const v = values.get("layers.1.weight_v")!;
    expect(v).toEqual(plain);
    for (let i = 0; i < 17; i++) {
      const row = v.subarray(i * 17, (i + 1) * 17);
      expect(g[i]!).toBe(Math.fround(Math.hypot(...row)));
    }
  });

  test("weight norm of a row of zeros: g = 0 beside a v of norm 1", () => {
    const values = feedforward({ width: 4, depth: 2, norm: "weight" }, { weight: "zeros" });
    expect(zero(values.get("layers.1.weight_g"))).toBe(true);
    expect(values.get("layers.1.weight_v")!.every((x) => x === 0.5)).toBe(true);
  });

  test("SkipInit's multipliers start at 0", () => {
    const values = feedforward({ width: 4, depth: 3, residual: "skipinit" });
    expect(zero(values.get("residuals.0.weight")) && zero(values.get("residuals.1.weight"))).toBe(true);
  });

  test("a highway gate begins by carrying: bias −1", () => {
    const values = feedforward({ width: 300, depth: 2, residual: "highway" });
    expect(values.get("gates.0.bias")!.every((b) => b === -1)).toBe(true);
    scores(values.get("gates.0.weight")!, 1 / Math.sqrt(300));
  });

  describe("Fixup", () => {
    const net = { width: [5, 5, 5, 5, 5, 7, 7, 7, 7], blockLayers: 2 }; // blocks 1-2, 3-4, 5-6 (plain: 5 to 7), 7-8
    const plain = feedforward(net, { weight: "he_normal" });
    const fixup = feedforward({ ...net, residual: "fixup" }, { weight: "he_normal" });

    test("scales the first weight of each of 3 branches by 3^(−1/2), and zeroes the last", () => {
      for (const l of [1, 3, 7]) {
        const scaled = fixup.get(`layers.${l}.weight`)!;
        plain.get(`layers.${l}.weight`)!.forEach((w, i) => void expect(scaled[i]!).toBeCloseTo(w / Math.sqrt(3), 6));
      }
      for (const l of [2, 4, 8]) expect(zero(fixup.get(`layers.${l}.weight`))).toBe(true);
    });

    test("leaves the stem, the plain block and the readout; multipliers are 1", () => {
      for (const name of ["layers.0.weight", "layers.5.weight", "layers.6.weight", "readout.weight"]) {
        expect(fixup.get(name), name).toEqual(plain.get(name));
      }
      for (const k of [0, 1, 3]) expect(Array.from(fixup.get(`residuals.${k}.weight`)!)).toEqual([1]);
    });

    test("a branch of one layer is zero", () => {
      expect(zero(feedforward({ width: 5, depth: 3, residual: "fixup" }).get("layers.1.weight"))).toBe(true);
    });

    test("under weight norm g carries the scale and v stays a direction", () => {
      const normed = feedforward({ ...net, residual: "fixup", norm: "weight" }, { weight: "he_normal" });
      expect(normed.get("layers.2.weight_v")).toEqual(plain.get("layers.2.weight"));
      expect(zero(normed.get("layers.2.weight_g"))).toBe(true);
      const row = plain.get("layers.1.weight")!.subarray(0, 5);
      expect(normed.get("layers.1.weight_g")![0]).toBeCloseTo(Math.hypot(...row) / Math.sqrt(3), 6);
    });
  });
});

describe("a large parameter", () => {
  test.each(["orthogonal", "xavier_normal", "he_uniform", "truncated_normal"] as const)(
    "%s pauses on its way",
    (law) => {
      const spec = parseSpec({ kind: "feedforward", depth: 2, width: 700, init: { weight: law } });
      const parts = initializeInParts(spec, { inputs: 700, outputs: null }, 1);
      let pauses = 0;
      for (let part = parts.next(); !part.done; part = parts.next()) pauses++;
      expect(pauses).toBeGreaterThanOrEqual(12); // four parameters, two of 490,000 numbers
    },
  );
});
