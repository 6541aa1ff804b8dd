import { describe, expect, test } from "vitest";
import { type FeedforwardSpec, parseSpec } from "../../src/spec/index.ts";
import { layerBlocks, layerFans } from "../../src/spec/layer-blocks.ts";
import { elements, parameterTable } from "../../src/spec/parameters.ts";

const shapes = (input: object, sizes: { inputs: number; outputs: number | null }) =>
  parameterTable(parseSpec(input), sizes).map(({ name, shape }) => `${name} [${shape.join(", ")}]`);
const feedforward = (fields: object) => ({ kind: "feedforward", width: 5, depth: 3, ...fields });
const added = (fields: object) => {
  const plain = new Set(shapes(feedforward({}), { inputs: 2, outputs: 1 }));
  return shapes(feedforward(fields), { inputs: 2, outputs: 1 }).filter((line) => !plain.has(line));
};

describe("recurrent: the names, order and shapes of torch.nn.RNN, GRU and LSTM", () => {
  test("a stack of two Elman layers with a readout", () => {
    expect(shapes({ kind: "recurrent", hidden: 5, layers: 2 }, { inputs: 3, outputs: 2 })).toEqual([
      "rnn.weight_ih_l0 [5, 3]",
      "rnn.weight_hh_l0 [5, 5]",
      "rnn.bias_ih_l0 [5]",
      "rnn.bias_hh_l0 [5]",
      "rnn.weight_ih_l1 [5, 5]",
      "rnn.weight_hh_l1 [5, 5]",
      "rnn.bias_ih_l1 [5]",
      "rnn.bias_hh_l1 [5]",
      "readout.weight [2, 5]",
      "readout.bias [2]",
    ]);
  });

  test("a learned first state stands behind its layer's other parameters", () => {
    const spec = { kind: "recurrent", cell: "lstm", hidden: 5, bidirectional: true, initialState: "learned" };
    const lines = shapes(spec, { inputs: 3, outputs: null });
    expect(lines.filter((line) => /0_l/.test(line))).toEqual([
      "rnn.h0_l0 [5]",
      "rnn.c0_l0 [5]",
      "rnn.h0_l0_reverse [5]",
      "rnn.c0_l0_reverse [5]",
    ]);
    expect(lines.indexOf("rnn.h0_l0 [5]")).toBe(lines.indexOf("rnn.bias_hh_l0 [20]") + 1);
  });

  test.each([
    ["lstm", 4],
    ["gru", 3],
  ])("%s stacks %i gates", (cell, gates) => {
    expect(shapes({ kind: "recurrent", cell, hidden: 5 }, { inputs: 3, outputs: null })).toEqual([
      `rnn.weight_ih_l0 [${gates * 5}, 3]`,
      `rnn.weight_hh_l0 [${gates * 5}, 5]`,
      `rnn.bias_ih_l0 [${gates * 5}]`,
      `rnn.bias_hh_l0 [${gates * 5}]`,
    ]);
  });

  test("fans are one gate's", () => {
    const table = parameterTable(parseSpec({ kind: "recurrent", cell: "lstm", hidden: 5 }), { inputs: 3, outputs: 2 });
    expect(table.map(({ role, of, gates, fanIn, fanOut, layer }) => [role, of, gates, fanIn, fanOut, layer])).toEqual([
      ["input", "input", 4, 3, 5, 0],
      ["recurrent", "recurrent", 4, 5, 5, 0],
      ["bias", "input", 4, 3, 5, 0],
      ["bias", "recurrent", 4, 5, 5, 0],
      ["readout", "readout", 1, 5, 2, 1],
      ["bias", "readout", 1, 5, 2, 1],
    ]);
  });
});

describe("feed-forward", () => {
  test("plain layers, one width", () => {
    expect(shapes(feedforward({}), { inputs: 2, outputs: 1 })).toEqual([
      "layers.0.weight [5, 2]",
      "layers.0.bias [5]",
      "layers.1.weight [5, 5]",
      "layers.1.bias [5]",
      "layers.2.weight [5, 5]",
      "layers.2.bias [5]",
      "readout.weight [1, 5]",
      "readout.bias [1]",
    ]);
  });

  test("a list of widths, no readout", () => {
    expect(shapes({ kind: "feedforward", width: [4, 6, 3] }, { inputs: 2, outputs: null })).toEqual([
      "layers.0.weight [4, 2]",
      "layers.0.bias [4]",
      "layers.1.weight [6, 4]",
      "layers.1.bias [6]",
      "layers.2.weight [3, 6]",
      "layers.2.bias [3]",
    ]);
  });

  test("dense connections concatenate all earlier hidden outputs; the readout sees the last layer", () => {
    const lines = shapes({ kind: "feedforward", width: [4, 6, 3, 2], residual: "dense" }, { inputs: 7, outputs: 1 });
    expect(lines.filter((line) => line.includes("weight"))).toEqual([
      "layers.0.weight [4, 7]",
      "layers.1.weight [6, 4]",
      "layers.2.weight [3, 10]",
      "layers.3.weight [2, 13]",
      "readout.weight [1, 2]",
    ]);
  });

  test.each(["batch", "layer"])("%s norm has a scale and a shift a layer, before or after the activation", (norm) => {
    const norms = [0, 1, 2].flatMap((l) => [`norms.${l}.weight [5]`, `norms.${l}.bias [5]`]);
    expect(added({ norm })).toEqual(norms);
    expect(added({ norm, normPosition: "after" })).toEqual(norms);
  });

  test("RMS norm has a scale only", () => {
    expect(added({ norm: "rms" })).toEqual(["norms.0.weight [5]", "norms.1.weight [5]", "norms.2.weight [5]"]);
  });

  test("pre norm stands at each block's first layer, of its input; post norm at its last, of its output", () => {
    const net = { kind: "feedforward", width: [4, 6, 3, 2, 5], norm: "rms", blockLayers: 2 };
    const norms = (normPosition: string) =>
      shapes({ ...net, normPosition }, { inputs: 7, outputs: null }).filter((line) => line.startsWith("norms"));
    expect(norms("pre")).toEqual(["norms.1.weight [4]", "norms.3.weight [3]"]);
    expect(norms("post")).toEqual(["norms.2.weight [3]", "norms.4.weight [5]"]);
  });

  test("weight norm replaces the weight by g and v, never the readout's", () => {
    expect(added({ norm: "weight" })).toEqual([
      "layers.0.weight_g [5, 1]",
      "layers.0.weight_v [5, 2]",
      "layers.1.weight_g [5, 1]",
      "layers.1.weight_v [5, 5]",
      "layers.2.weight_g [5, 1]",
      "layers.2.weight_v [5, 5]",
    ]);
  });

  test("PReLU has one slope a layer", () => {
    const slopes = ["activations.0.weight [1]", "activations.1.weight [1]", "activations.2.weight [1]"];
    expect(added({ activation: "prelu" })).toEqual(slopes);
  });

  test.each(["skipinit", "fixup"])("%s has one multiplier a block", (residual) => {
    expect(added({ residual })).toEqual(["residuals.0.weight [1]", "residuals.1.weight [1]"]);
    expect(added({ residual, blockLayers: 2 })).toEqual(["residuals.0.weight [1]"]);
  });

  test.each(["identity", "scaled"])("%s has no parameter of its own", (residual) => {
    expect(added({ residual })).toEqual([]);
  });

  test("highway has a gate a block, of the block's width", () => {
    expect(added({ residual: "highway" })).toEqual([
      "gates.0.weight [5, 5]",
      "gates.0.bias [5]",
      "gates.1.weight [5, 5]",
      "gates.1.bias [5]",
    ]);
  });
});

describe("blocks", () => {
  const blocks = (fields: object) => layerBlocks(parseSpec({ kind: "feedforward", ...fields }) as FeedforwardSpec);

  test("the stem stands outside; the last block may be shorter", () => {
    expect(blocks({ width: 5, depth: 6, residual: "identity", blockLayers: 2 })).toEqual([
      { index: 0, first: 1, last: 2, residual: true },
      { index: 1, first: 3, last: 4, residual: true },
      { index: 2, first: 5, last: 5, residual: true },
    ]);
    expect(blocks({ width: 5, depth: 1, residual: "identity" })).toEqual([]);
  });

  test("a block whose ends differ in width has no skip path and keeps its number; a narrower layer inside a block changes nothing", () => {
    const net = { width: [8, 2, 8, 8, 4, 2, 4], residual: "skipinit", blockLayers: 2 };
    expect(blocks(net)).toEqual([
      { index: 0, first: 1, last: 2, residual: true },
      { index: 1, first: 3, last: 4, residual: false },
      { index: 2, first: 5, last: 6, residual: true },
    ]);
    const lines = shapes({ kind: "feedforward", ...net }, { inputs: 3, outputs: null });
    expect(lines.filter((line) => line.startsWith("residuals"))).toEqual([
      "residuals.0.weight [1]",
      "residuals.2.weight [1]",
    ]);
  });

  test("without skips, and with dense ones, all are plain", () => {
    for (const residual of ["none", "dense"]) {
      expect(blocks({ width: 5, depth: 4, residual }).map((block) => block.residual)).toEqual([false, false, false]);
    }
  });

  test("layerFans is the second size of every hidden weight", () => {
    const spec = parseSpec({ kind: "feedforward", width: [4, 6, 3, 2], residual: "dense" }) as FeedforwardSpec;
    const weights = parameterTable(spec, { inputs: 7, outputs: 1 }).filter(({ role }) => role === "weight");
    expect(layerFans(spec, 7)).toEqual(weights.map(({ shape }) => shape[1]));
  });
});

test("elements multiplies a shape out", () => {
  expect([elements([]), elements([3]), elements([3, 4])]).toEqual([1, 3, 12]);
});
