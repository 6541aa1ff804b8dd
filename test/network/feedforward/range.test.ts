import type { ActivationName } from "../../../src/catalogue/index.ts";
import { describe, expect, it } from "vitest";
import { createNetwork } from "../../../src/network/create.ts";
import { PLAIN } from "../../oracle/feedforward.ts";
import { type Case, runCore, runOracle, type Setup, setUp } from "./both.ts";
import { check, checkSetup, sumsUp } from "./check.ts";
import { gap, normError, widestGap } from "../../setup/numbers.ts";

const one = (inputs: number[]) => ({ inputs: Float32Array.from(inputs) });

/** A scalar chain h_l = w h_{l−1} whose loss is its last h: δ_l = w^(L−1−l). */
function chain(depth: number, w: number, x = 1) {
  const network = createNetwork({ kind: "feedforward", width: 1, depth, inputs: 1, activation: "identity" });
  for (let l = 0; l < depth; l++) network.parameters.set(`layers.${l}.weight`, [l === 0 ? 1 : w]);
  return { network, flow: network.propagate(one([x])) };
}

/** Sets one parameter in both. */
function set({ network, parameters }: Setup, name: string, values: ArrayLike<number>): void {
  parameters[name].data.set(values);
  network.parameters.set(name, values);
}

describe("a scalar chain's gradient is w^distance, far outside float32", () => {
  it("1,000 layers of 1/8: 8^−999, as a logarithm", () => {
    const { network, flow } = chain(1000, 1 / 8);
    flow.lnGradientNorm.forEach((value, l) => {
      expect(Math.abs(value + (999 - l) * Math.log(8))).toBeLessThan(1e-9);
    });
    expect(network.gradients.lnNorm("layers.0.weight")).toBeCloseTo(-999 * Math.log(8), 9);
    expect(network.gradients.lnNorm("layers.0.bias")).toBeCloseTo(-999 * Math.log(8), 9);
    expect(network.gradients.get("layers.0.weight")).toEqual(new Float64Array([0])); // below float64, too
    expect(flow.decay?.perStation).toBeCloseTo(Math.log(8), 9);
    network.dispose();
  });

  it("1e−300 comes back as a float64", () => {
    const w = Math.fround(0.1);
    const { network, flow } = chain(301, w);
    const gradient = network.gradients.get("layers.0.weight");
    expect(gradient).toBeInstanceOf(Float64Array);
    expect(Math.abs(gradient[0] / w ** 300 - 1)).toBeLessThan(300 * 2 ** -24);
    expect(Math.abs(network.gradients.lnNorm("layers.0.weight") - 300 * Math.log(w))).toBeLessThan(300 * 2 ** -24);
    expect(network.gradients.get("layers.300.bias")).toBeInstanceOf(Float32Array);
    expect(flow.outcome).toBe("finite");
    network.dispose();
  });

  it("8^999 where activations are zero, and 1e300 as a float64", () => {
    const { network, flow } = chain(1000, 8, 0);
    expect(flow.outcome).toBe("finite");
    expect(flow.lnGradientNorm[0]).toBeCloseTo(999 * Math.log(8), 9);
    expect(network.gradients.lnNorm("layers.0.bias")).toBeCloseTo(999 * Math.log(8), 9);
    expect(network.gradients.get("layers.799.bias")).toEqual(new Float64Array([8 ** 200]));
    expect(network.gradients.get("layers.0.weight")).toEqual(new Float32Array([0]));
    network.dispose();
  });

  it("which entries a float32 would hold as subnormal is counted in the true frame", () => {
    const { network, flow } = chain(40, 2 ** -10);
    const { subnormal, zero } = flow.statistics as NonNullable<typeof flow.statistics>;
    expect([...subnormal]).toEqual(Array.from({ length: 40 }, (_, l) => (-10 * (39 - l) < -126 ? 1 : 0)));
    expect([...zero]).toEqual(new Array(40).fill(0));
    network.dispose();
  });
});

describe("deep networks", () => {
  it.each(["tanh", "elu", "relu"] as const)("%s, 1,000 layers: every number is the oracle's", (activation) => {
    const spec = { ...PLAIN, activation, depth: 1000, residual: "scaled" as const };
    check({ spec, batch: 3, inputs: 3, outputs: 2, loss: "mse", seed: 3 });
  });

  it("identity, 1,000 layers, down to float64's own end", () => {
    const setup = setUp({
      spec: { ...PLAIN, activation: "identity", depth: 1000 },
      batch: 3,
      inputs: 3,
      outputs: 2,
      loss: "mse",
      seed: 3,
    });
    const flow = runCore(setup);
    runOracle(setup).lnGradientNorm.forEach((value, l) => {
      // 1,000 layers' roundings, a random walk
      if (value > -690) expect(gap(flow.lnGradientNorm[l], value), `station ${l}`).toBeLessThan(1e-3);
    });
    expect(flow.lnGradientNorm.every(Number.isFinite)).toBe(true);
    sumsUp(flow);
    setup.network.dispose();
  });
});

describe("networks that end", () => {
  it("an exploding relu net is nonfinite, in the first layer that leaves float32", () => {
    const testCase: Case = {
      spec: { ...PLAIN, width: 8, depth: 60, activation: "relu" },
      batch: 3,
      inputs: 3,
      outputs: 2,
      loss: "mse",
      seed: 1,
    };
    const setup = setUp(testCase);
    for (let l = 0; l < 60; l++) {
      const name = `layers.${l}.weight`;
      set(
        setup,
        name,
        setup.parameters[name].data.map((value) => Math.fround(20 * value)),
      );
    }
    const flow = runCore(setup);
    const first = runOracle(setup).layers.findIndex(({ hidden }) => hidden.some((h) => h > 3.4028e38));
    expect(first).toBeGreaterThan(5);
    expect(flow.outcome).toBe("nonfinite");
    expect(flow.nonfinite).toEqual({ layer: first, tensor: "h" });
    setup.network.dispose();
  });

  it("a layer of dead relus: −∞ below it, whole above, every unit dead", () => {
    const setup = setUp({
      spec: { ...PLAIN, depth: 6, activation: "relu" },
      batch: 5,
      inputs: 3,
      outputs: 2,
      loss: "mse",
      seed: 1,
    });
    set(setup, "layers.3.bias", new Float64Array(4).fill(-1e3));
    set(setup, "layers.5.bias", new Float64Array(4).fill(1)); // alive behind the dead layer
    set(setup, "layers.4.bias", new Float64Array(4).fill(1));
    const flow = runCore(setup);
    expect([...flow.lnGradientNorm].map(Number.isFinite)).toEqual([false, false, false, true, true, true]);
    expect([...flow.lnGradientNorm.slice(0, 3)]).toEqual(new Array(3).fill(Number.NEGATIVE_INFINITY));
    expect(flow.statistics?.dead[3]).toBe(1);
    expect([...(flow.statistics?.zero ?? [])].slice(0, 3)).toEqual([1, 1, 1]);
    expect(flow.outcome).toBe("finite");
    expect(flow.underflow).toBeUndefined();
    expect(flow.layers[0].ledger?.factors.gate[2]).toBe(Number.NEGATIVE_INFINITY);
    checkSetup(setup);
  });

  it("batch norm of a single sample: zero, not NaN", () => {
    for (const normPosition of ["before", "after", "pre", "post"] as const) {
      check({ spec: { ...PLAIN, norm: "batch", normPosition }, batch: 1, inputs: 3, outputs: 2, loss: "mse", seed: 1 });
    }
  });

  // x̂ has one direction, so that of g nothing is left but ε/(σ² + ε), of the order of 1e−5 in each norm: 1 − x̂² would be float32's noise
  it.each([
    ["rms", 1, 3],
    ["layer", 2, 1],
    ["layer", 2, 9],
    ["batch", 3, 2],
  ] as const)("a %s norm %i units wide, batch %i: what is left is ε's", (norm, width, batch) => {
    for (const seed of [1, 2, 3]) {
      const spec = { ...PLAIN, depth: 3, width, norm };
      const setup = setUp({ spec, batch, inputs: 3, outputs: 2, loss: "mse", seed });
      const flow = runCore(setup);
      const want = runOracle(setup).lnGradientNorm;
      // x̂ and r³ carry a few roundings of x: x/(x − μ) of them
      expect(widestGap(flow.lnGradientNorm, want)).toBeLessThan(1e-4);
      setup.network.dispose();
    }
  });
});

describe("samples whose gradients stand in far frames", () => {
  /**
   * gelu, two samples: A = (1, 0) and B = (0, 1). At layer 1 A's φ'(−20) underflows while B passes; at layers 2 and 3 B's φ'(−13) leaves
   * 1e−36 each while A passes. ∂L/∂W_1 is B's alone, 1e−72, though A's gradient has been of order one down to layer 1.
   */
  function apart() {
    const spec = { ...PLAIN, width: 2, activation: "gelu" as const };
    const setup = setUp({ spec, batch: 2, inputs: 2, outputs: null, loss: "none", seed: 1 });
    (setup.batch.inputs as Float32Array).set([1, 0, 0, 1]);
    set(setup, "layers.0.weight", [10, 0, 0, 10]);
    set(setup, "layers.0.bias", [0, 0]);
    set(setup, "layers.1.weight", [-2, 1, -2, 1]);
    set(setup, "layers.1.bias", [0, 0]);
    set(setup, "layers.2.weight", [-0.675, -0.675, -0.675, -0.675].map(Math.fround));
    set(setup, "layers.2.bias", [0.5, 0.5]);
    set(setup, "layers.3.weight", [20, 20, 20, 20]);
    set(setup, "layers.3.bias", [-13, -13]);
    return setup;
  }

  it("a sum over the batch stands in the frame of what is left, not of what was", () => {
    const setup = apart();
    const flow = runCore(setup);
    const want = runOracle(setup).gradients["layers.1.weight"].data;
    const got = setup.network.gradients.get("layers.1.weight");
    expect(got).toBeInstanceOf(Float64Array);
    for (let i = 0; i < 4; i++) {
      if (Math.abs(want[i]) > 1e-80) expect(Math.abs(got[i] / want[i] - 1)).toBeLessThan(1e-3);
    }
    expect(Math.max(...want.map(Math.abs))).toBeGreaterThan(1e-75);
    expect(flow.underflow).toEqual({ station: 1, layer: 1 });
    setup.network.dispose();
  });

  it("wide saturated tanh nets with batch norm in every place", () => {
    for (const normPosition of ["after", "pre", "post"] as const) {
      for (const residual of ["none", "identity"] as const) {
        const setup = setUp({
          spec: { ...PLAIN, norm: "batch", normPosition, residual, width: 5 },
          batch: 9,
          inputs: 3,
          outputs: 2,
          loss: "mse",
          seed: 4,
        });
        for (let l = 0; l < 4; l++) {
          const name = `layers.${l}.weight`;
          set(
            setup,
            name,
            setup.parameters[name].data.map((value) => Math.fround(12 * value)),
          );
        }
        checkSetup(setup);
      }
    }
  });
});

describe("a loss of almost zero", () => {
  it.each([
    ["cross_entropy", 93],
    ["cross_entropy", 300],
    ["binary_cross_entropy", 93],
    ["binary_cross_entropy", 300],
  ] as const)("%s, a margin of %i nats: profile and gradients as float64 has them", (loss, margin) => {
    const setup = setUp({ spec: { ...PLAIN, depth: 3 }, batch: 9, inputs: 3, outputs: 3, loss, seed: margin });
    const { targets } = setup.batch as { targets: Float32Array };
    if (loss === "cross_entropy") {
      targets.fill(1);
      set(setup, "readout.bias", [0, margin, 0]);
    } else {
      targets.forEach((_, i) => {
        targets[i] = i % 3 === 1 ? 1 : 0;
      });
      set(setup, "readout.bias", [-margin, margin, -margin]);
    }
    const flow = runCore(setup);
    const wanted = runOracle(setup);
    // logits of this size are rounded by half a unit of 2^−17 or 2^−15
    const bound = margin * 2 ** -22;
    expect(Math.abs((flow.loss as number) / wanted.loss - 1)).toBeLessThan(bound);
    expect(widestGap(flow.lnGradientNorm, wanted.lnGradientNorm)).toBeLessThan(bound);
    for (const [name, { data }] of Object.entries(wanted.gradients)) {
      expect(normError(setup.network.gradients.get(name), data), name).toBeLessThan(bound);
    }
    setup.network.dispose();
  });
});

describe("underflow is told from death", () => {
  const biased = (activation: ActivationName, bias: number) => {
    const setup = setUp({
      spec: { ...PLAIN, depth: 6, activation },
      batch: 3,
      inputs: 3,
      outputs: 2,
      loss: "mse",
      seed: 1,
    });
    set(setup, "layers.3.bias", new Float64Array(4).fill(bias));
    const flow = runCore(setup);
    setup.network.dispose();
    return flow;
  };

  it.each([
    ["tanh", 80],
    ["sigmoid", -150],
    ["erf", 12],
    ["softplus", -150],
    ["elu", -150],
    ["gelu", -20],
    ["silu", -150],
    ["mish", -150],
  ] as const)("%s behind a bias of %d has underflowed at layer 3", (activation, bias) => {
    const flow = biased(activation, bias);
    expect(flow.underflow).toEqual({ station: 3, layer: 3 });
    expect([...flow.lnGradientNorm].map(Number.isFinite)).toEqual([false, false, false, true, true, true]);
  });

  it.each([
    ["relu", -1e3],
    ["hardtanh", 1e3],
    ["relu6", 1e3],
    ["hardswish", -1e3],
    ["softsign", 1e3],
    ["tanh", 20],
  ] as const)("%s behind a bias of %d has not", (activation, bias) => {
    expect(biased(activation, bias).underflow).toBeUndefined();
  });

  it.each(["pre", "post"] as const)("in a residual %s-activation branch, too", (activationPosition) => {
    const spec = { ...PLAIN, depth: 5, activationPosition, residual: "identity" as const };
    const setup = setUp({ spec, batch: 3, inputs: 3, outputs: 2, loss: "mse", seed: 1 });
    set(setup, "layers.2.bias", new Float64Array(4).fill(90));
    // pre: layer 3's φ stands ahead of its weight, on h_2; post: layer 2's own stands behind its sum
    const station = activationPosition === "pre" ? 4 : 2;
    expect(runCore(setup).underflow?.station).toBe(station);
    setup.network.dispose();
  });
});
