import { describe, expect, it } from "vitest";
import { changesBetween } from "../../src/prescription/changes.ts";
import { applied, type MeasuredNetwork, REMEDIES } from "../../src/prescription/remedies/index.ts";
import { scaledBy } from "../../src/prescription/remedies/initializations.ts";
import { type NetworkInput, parseSpec } from "../../src/spec/index.ts";

const measured = (input: NetworkInput): MeasuredNetwork => ({
  spec: parseSpec(input),
  verdict: "vanishing",
  gain: -60,
  stations: 50,
  inputs: 4,
  inputSquare: 1,
  hasFixedWeights: false,
  tolerance: Math.log(1000),
});
const sigmoid = measured({ kind: "feedforward", activation: "sigmoid", depth: 50, width: 16 });
const tanhRnn = measured({ kind: "recurrent", hidden: 16 });
const remedy = (name: string, kind: string) => REMEDIES.find((one) => one.name === name && one.kind === kind)!;

describe("the table of remedies", () => {
  it("has a name of its own, a sentence and a source for every row", () => {
    for (const kind of ["recurrent", "feedforward"]) {
      const rows = REMEDIES.filter((row) => row.kind === kind);
      expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
      for (const { what, source } of rows) {
        expect(what.length).toBeGreaterThanOrEqual(5);
        expect(source).toMatch(/\d{4}|network itself/);
      }
    }
  });

  it.each([...REMEDIES.map(({ name, kind }) => [kind, name] as const)])(
    "%s %s: a spec that parses, or none",
    (_, name) => {
      for (const of of [sigmoid, tanhRnn]) {
        const row = REMEDIES.find((one) => one.name === name && one.kind === of.spec.kind);
        if (row === undefined) continue;
        const spec = applied(row, of.spec, of);
        if (spec === null) continue;
        expect(parseSpec(spec)).toEqual(spec);
        if (row.batch === undefined && !row.solves) expect(changesBetween(of.spec, spec)).not.toEqual([]);
        expect(Object.isFrozen(of.spec)).toBe(true); // the network's own spec is never changed
      }
    },
  );

  it("changes activation and initialization together", () => {
    const spec = applied(remedy("relu", "feedforward"), sigmoid.spec, sigmoid);
    expect(changesBetween(sigmoid.spec, spec!)).toEqual([
      { path: "activation", from: "sigmoid", to: "relu" },
      { path: "init.weight", from: "xavier_normal", to: "he_normal" },
    ]);
  });

  it("changes every layer, also of layers that differ", () => {
    const mixed = measured({
      kind: "feedforward",
      width: 16,
      activation: ["relu", "sigmoid", "sigmoid", "sigmoid"],
      norm: ["layer", "none", "none", "none"],
    });
    const by = (name: string) => applied(remedy(name, "feedforward"), mixed.spec, mixed);
    expect(changesBetween(mixed.spec, by("relu")!)).toEqual([
      { path: "activation", from: ["relu", "sigmoid", "sigmoid", "sigmoid"], to: "relu" },
      { path: "init.weight", from: "xavier_normal", to: "he_normal" },
    ]);
    expect(changesBetween(mixed.spec, by("batch_norm")!)).toEqual([
      { path: "norm", from: ["layer", "none", "none", "none"], to: "batch" },
    ]);
    const norms = [{ activation: "relu", norm: "layer" }, ...Array(2).fill({ activation: "sigmoid", norm: "none" })];
    expect(by("fewer_layers")).toMatchObject({ depth: 3, layerwise: norms });
    const stack = measured({ kind: "recurrent", cell: ["tanh", "lstm"], hidden: [16, 8] });
    const gated = applied(remedy("gru", "recurrent"), stack.spec, stack)!;
    expect(gated).toMatchObject({ cell: "gru", layerwise: [{ hidden: 16 }, { hidden: 8 }] });
  });

  it("does not offer what is there already, nor what does not fit", () => {
    const relu = measured({ kind: "feedforward", activation: "relu", init: { weight: "he_normal" } });
    expect(applied(remedy("relu", "feedforward"), relu.spec, relu)).toBeNull();
    expect(applied(remedy("he_normal", "feedforward"), relu.spec, relu)).toBeNull();
    expect(applied(remedy("forget_bias", "recurrent"), tanhRnn.spec, tanhRnn)).toBeNull();
    expect(applied(remedy("lstm", "recurrent"), sigmoid.spec, sigmoid)).toBeNull();
    const peephole = measured({ kind: "recurrent", cell: "lstm_peephole" });
    expect(applied(remedy("layer_norm", "recurrent"), peephole.spec, peephole)).toBeNull(); // the cell has no normed form
  });

  it("shortens a path to what loses half of what a healthy one may", () => {
    const spec = applied(remedy("fewer_layers", "feedforward"), sigmoid.spec, sigmoid);
    expect(spec).toMatchObject({ depth: 1 + Math.floor(Math.log(1000) / 2 / (60 / 49)) });
  });

  it("scales the weights where that changes the gradient, and only there", () => {
    expect(scaledBy(sigmoid.spec, 3)).toMatchObject({ init: { gain: 3 } });
    expect(scaledBy(parseSpec({ kind: "feedforward", norm: "batch" }), 3)).toBeNull();
    expect(scaledBy(parseSpec({ kind: "feedforward", init: { weight: "zeros" } }), 3)).toBeNull();
    expect(scaledBy(parseSpec({ kind: "feedforward", init: { weight: "gaussian", sigmaW: 2 } }), 3)).toMatchObject({
      init: { gain: 6 },
    });
  });
});
