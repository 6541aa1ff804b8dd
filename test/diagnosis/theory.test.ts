import { describe, expect, test } from "vitest";
import { compareWithTheory, diagnose, type TheoryComparison } from "../../src/diagnosis/index.ts";
import { createNetwork } from "../../src/network/create.ts";
import { propagate } from "../../src/measure/propagate.ts";
import type { NetworkInput } from "../../src/spec/index.ts";
import { predict } from "../../src/theory/index.ts";
import { line, made } from "./flows.ts";

const of = (network: NetworkInput, other: object = {}): TheoryComparison =>
  compareWithTheory(propagate({ network, batch: 8, ...other }));

describe("networks as they are initialized agree with theory", () => {
  test.each([
    ["tanh RNN", { kind: "recurrent", hidden: 64 }, { task: { name: "adding", steps: 200 } }],
    ["a stack of three", { kind: "recurrent", hidden: 64, layers: 3 }, { task: { name: "copy", steps: 50 } }],
    ["sigmoid network", { kind: "feedforward", depth: 20, width: 64, activation: "sigmoid" }, {}],
    ["GELU residual", { kind: "feedforward", depth: 12, width: 64, activation: "gelu", residual: "identity" }, {}],
    ["layer norm", { kind: "feedforward", depth: 12, width: 64, norm: "layer" }, {}],
  ] as [string, NetworkInput, object][])("%s", (_, network, other) => {
    const compared = of(network, other);
    expect(compared).toMatchObject({ applies: true, source: "probe", agreement: "within" });
    expect(compared.sentence).toContain("they agree");
  });

  test("a ReLU network's deviations are a standard normal's at most: 40 seeds", () => {
    const zs = Array.from({ length: 40 }, (_, seed) => {
      const network = { kind: "feedforward", depth: 12, width: 32, activation: "relu", init: { weight: "he_normal" } };
      return of(network as NetworkInput, { seed }).z as number;
    });
    const mean = zs.reduce((sum, z) => sum + z / zs.length, 0);
    const variance = zs.reduce((sum, z) => sum + (z - mean) ** 2 / (zs.length - 1), 0);
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(40));
    // the median of eight samples varies less than one sample does, but all eight share one network's weights
    expect(variance).toBeGreaterThan(0.1);
    expect(variance).toBeLessThan(1.8);
    expect(zs.filter((z) => Math.abs(z) > 3)).toEqual([]);
  });

  test("RNNs with tied weights lie within what was measured over seeds, and do use it: 6 seeds", () => {
    for (const init of [{ recurrent: "orthogonal" }, { recurrent: "gaussian", gain: 1.2 }] as const) {
      const zs = Array.from({ length: 6 }, (_, seed) => {
        const network = { kind: "recurrent", hidden: 32, init } as const;
        return of(network, { task: { name: "noise", steps: 80 }, seed }).z as number;
      });
      expect(Math.max(...zs.map(Math.abs))).toBeLessThan(3);
      expect(Math.max(...zs.map(Math.abs))).toBeGreaterThan(0.2);
    }
  });

  test("an exact law has no spread, and rounding is no deviation from it", () => {
    const identity: NetworkInput = {
      kind: "recurrent",
      cell: "identity",
      hidden: 8,
      init: { recurrent: "identity", gain: 0.9 },
    };
    const compared = of(identity, { task: { name: "adding", steps: 300 } });
    expect(compared).toMatchObject({ agreement: "within", z: 0 });
    expect(compared.totalGain?.expected).toBeCloseTo(299 * Math.log(0.9), 9);
  });
});

describe("a network outside the theory is reported", () => {
  const spec = { kind: "feedforward", inputs: 16, width: 48, depth: 12, activation: "tanh" } as const;
  const inputs = Float32Array.from({ length: 16 * 8 }, (_, i) => Math.sin(i * i));
  const measured = (change: (network: ReturnType<typeof createNetwork>) => void, options = {}) => {
    const network = createNetwork(spec, { seed: 2 });
    change(network);
    const compared = compareWithTheory(network.propagate({ inputs }, options));
    network.dispose();
    return compared;
  };

  test("one layer's weights a hundredth of their initialization: where, and that it is the weights", () => {
    const compared = measured((network) => {
      const weights = network.parameters.get("layers.7.weight");
      network.parameters.set(
        "layers.7.weight",
        weights.map((value) => value / 100),
      );
    });
    expect(compared.agreement).toBe("outside");
    expect(compared.sentence).toMatch(
      /do not agree.*layers\.7\.weight.* is 0\.0676, and its initialization gives 6\.93/,
    );
    expect(compared.worst!.station).toBeLessThan(7);
    expect(compared.worst!.z).toBeLessThan(-3);
    expect(compared.totalGain!.measured - compared.totalGain!.expected).toBeCloseTo(-Math.log(100), 0);
  });

  test("as it was, the same network is within; its inputs are data, whose mean square was taken", () => {
    const compared = measured(() => {});
    expect(compared.agreement).toBe("within");
    expect(compared.notes.join()).toContain("The inputs are data");
    expect(compared.notes.join()).toContain("with mean square 0.5");
    expect(compared.notes.join()).not.toContain("not as initialized");
  });

  test("without a probe the loss's gradient stands in, and that is said", () => {
    const compared = measured(() => {}, { probe: false });
    expect(compared.source).toBe("loss");
    expect(compared.notes[0]).toContain("loss's own gradient");
  });
});

describe("where theory does not apply it says why", () => {
  test.each([
    ["gated", { kind: "recurrent", cell: "lstm", hidden: 8, init: { chrono: 20 } }, /gated cell/],
    ["dilated", { kind: "recurrent", hidden: 8, layers: 2, dilation: [1, 2] }, /No theory here covers dilation/],
    ["LSUV", { kind: "feedforward", width: 8, depth: 3, init: { lsuv: true } }, /LSUV/],
  ] as [string, NetworkInput, RegExp][])("%s", (_, network, why) => {
    const compared = of(network, network.kind === "recurrent" ? { task: { name: "adding", steps: 20 } } : {});
    expect(compared).toMatchObject({ applies: false, agreement: null, lnExpected: null, z: null });
    expect(compared.sentence).toMatch(why);
  });

  test("a loss at every step without a probe has no profile to compare", () => {
    const compared = of({ kind: "recurrent", hidden: 8 }, { task: { name: "copy", steps: 10 }, probe: false });
    expect(compared).toMatchObject({ applies: false });
    expect(compared.why).toContain("no probe");
  });

  test("a pass that left the numbers' range, and one whose last station is zero", () => {
    const network: NetworkInput = { kind: "recurrent", cell: "tanh", hidden: 8 };
    const broken = made({ probe: line(20, 0), network, other: { outcome: "nonfinite" } });
    expect(compareWithTheory(broken).why).toContain("range of numbers");
    const dead = made({ probe: new Array(5).fill(Number.NEGATIVE_INFINITY), network });
    expect(compareWithTheory(dead).why).toContain("exactly zero");
  });
});

describe("what is expected stands in the flow's own units", () => {
  const network: NetworkInput = { kind: "recurrent", cell: "tanh", hidden: 16 };

  test("from the loss gradient's last station on", () => {
    const flow = made({ probe: line(40, -0.4), loss: line(40, -0.4).map((ln) => ln - 7), network });
    const { lnExpected } = compareWithTheory(flow);
    const { lnGradientNorm } = predict(network, { steps: 40, inputs: 2 });
    expect(lnExpected).toHaveLength(40);
    for (const [s, value] of lnExpected!.entries()) expect(value).toBeCloseTo(lnGradientNorm![s] - 7, 12);
  });

  test("of a very long sequence the ends are predicted and a line between: as the whole would be", () => {
    const steps = 30_000;
    const { lnExpected } = compareWithTheory(made({ probe: line(steps, -0.4), network }));
    const whole = predict(network, { steps, inputs: 2 }).lnGradientNorm!;
    for (const s of [0, 1, 100, 9_999, 10_000, 15_000, 20_000, 20_001, 29_000, 29_998, 29_999]) {
      expect(Math.abs(lnExpected![s] - whole[s])).toBeLessThan(1e-6 * (1 + Math.abs(whole[s])));
    }
  });

  test("a diagnosis holds it where it is asked for, as plain data", () => {
    const flow = made({ probe: line(20, -0.4), network });
    expect(diagnose(flow).theory).toBeUndefined();
    const { theory } = diagnose(flow, { theory: true });
    expect(theory?.applies).toBe(true);
    expect(structuredClone(theory)).toEqual(theory);
  });
});
