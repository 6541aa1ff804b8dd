import { describe, expect, test } from "vitest";
import { diagnose } from "../../src/diagnosis/index.ts";
import type { GradientFlow } from "../../src/flow/index.ts";
import { createNetwork } from "../../src/network/create.ts";
import type { NetworkInput } from "../../src/spec/index.ts";
import { propagate } from "../../src/measure/propagate.ts";
import { resolveTask, type TaskInput } from "../../src/tasks/index.ts";

const adding = (steps: number) => ({ name: "adding", steps });

describe("passes of real networks", () => {
  test("PyTorch's default tanh RNN over 1000 steps vanishes: its weights are too small", () => {
    const init = { recurrent: "pytorch", input: "pytorch" } as const;
    const judged = diagnose(propagate({ network: { kind: "recurrent", init }, batch: 8 }));
    expect(judged).toMatchObject({ verdict: "vanishing", state: "training" });
    expect(judged.causes[0].factor).toBe("weights");
    expect(judged.causes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(judged.evidence.reach.stations).toBeLessThan(30);
    expect(judged.forecast.float32Underflow.zero?.measured).toBe(true);
    expect(judged.severity).toBeGreaterThan(0.9);
  });

  test("weights a little too small, which orthogonal ones alone would not mend: the length; far too small: the weights", () => {
    const first = (gain: number) =>
      diagnose(
        propagate({
          network: { kind: "recurrent", cell: "tanh", hidden: 24, init: { gain } },
          task: { name: "noise", steps: 40, inputs: 2 },
          batch: 8,
          seed: 1,
        }),
      ).causes[0];
    expect(first(0.8)).toMatchObject({ factor: "length" });
    expect(first(0.5)).toMatchObject({ factor: "weights" });
  });

  test("orthogonal linear is healthy at any length", () => {
    for (const steps of [2, 3, 1000]) {
      const network = { kind: "recurrent", cell: "identity", hidden: 32 } as const;
      expect(diagnose(propagate({ network, batch: 4, task: adding(steps) })).verdict).toBe("healthy");
    }
  });

  test("linear with Gaussian weights of gain 2 explodes by its weights", () => {
    const init = { recurrent: "gaussian", gain: 2 } as const;
    const network = { kind: "recurrent", cell: "identity", hidden: 32, init } as const;
    const judged = diagnose(propagate({ network, batch: 4, task: adding(60) }));
    expect(judged.verdict).toBe("exploding");
    expect(judged.causes[0].factor).toBe("weights");
  });

  test("weights of exactly zero are dead, and the weights are the cause", () => {
    const network = { kind: "recurrent", cell: "tanh", hidden: 16, init: { recurrent: "zeros" } } as const;
    const judged = diagnose(propagate({ network, batch: 4, task: adding(10) }));
    expect(judged).toMatchObject({ verdict: "dead", severity: 1, causes: [{ factor: "weights", share: 1 }] });
  });

  test("ReLU of gain 3 leaves float32 on the way out: nonfinite, with the step", () => {
    const init = { recurrent: "gaussian", gain: 3 } as const;
    const network = { kind: "recurrent", cell: "relu", hidden: 64, init } as const;
    const flow = propagate({ network, batch: 4, task: adding(2000) });
    const judged = diagnose(flow);
    expect(judged).toMatchObject({ verdict: "nonfinite", severity: 1 });
    expect(judged.summary).toContain(`step ${flow.nonfinite!.step} of layer 0`);
    expect(judged.causes).toMatchObject([{ factor: "weights", share: 1 }]);
  });

  test("a NaN among a sequence's inputs is placed at its step", () => {
    const batch = resolveTask(adding(20), { batch: 4, seed: 0, kind: "recurrent" });
    const inputs = batch.inputs.slice();
    inputs[7 * 4 * 2 + 3] = Number.NaN; // [T, B, X], step 7
    const network = createNetwork({ kind: "recurrent", hidden: 8 }, { inputs: 2, outputs: 1 });
    const judged = diagnose(network.propagate({ ...batch, inputs }));
    network.dispose();
    expect(judged).toMatchObject({ verdict: "nonfinite", causes: [{ factor: "nonfinite-value", stations: [7, 7] }] });
  });

  test("an orthogonal tanh RNN forgets by its derivatives and its length", () => {
    const judged = diagnose(propagate({ network: { kind: "recurrent", hidden: 32 }, batch: 4 }));
    expect(judged.verdict).toBe("vanishing");
    expect(judged.causes.map(({ factor }) => factor).sort()).toEqual(["length", "small-derivatives"]);
  });

  test("a loss at every step hides a dead path from the loss gradient, not from the probe", () => {
    const network = { kind: "recurrent", hidden: 32 } as const;
    const task = { name: "copy", steps: 500 };
    const judged = diagnose(propagate({ network, batch: 4, task }));
    expect(judged.verdict).toBe("vanishing");
    expect(Math.abs(judged.evidence.loss.totalGain)).toBeLessThan(7);
    const alone = diagnose(propagate({ network, batch: 4, task, probe: false, lastStep: true }));
    expect(alone).toMatchObject({ verdict: "vanishing", evidence: { source: "lastStep" } });
  });

  test("a stack is judged too", () => {
    const network = { kind: "recurrent", hidden: 16, layers: 3 } as const;
    const judged = diagnose(propagate({ network, batch: 4, task: adding(400) }));
    expect(judged.verdict).toBe("vanishing");
    expect(judged.causes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(judged.causes.map(({ factor }) => factor)).not.toContain("above");
  });
});

describe("the causes of real networks' faults", () => {
  const causeOf = (network: NetworkInput, task: TaskInput) => {
    const { verdict, causes } = diagnose(propagate({ network, task, batch: 8 }));
    if (verdict !== "healthy") expect(causes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    return [verdict, causes[0]?.factor];
  };

  test("feed-forward", () => {
    const ofNet = (network: object) =>
      causeOf(
        { kind: "feedforward", depth: 50, width: 64, activation: "relu", ...network } as NetworkInput,
        "gaussian",
      );
    const he = { weight: "he_normal" };
    expect(ofNet({ init: he })).toEqual(["healthy", undefined]);
    expect(ofNet({ activation: "sigmoid", depth: 30 })).toEqual(["vanishing", "small-derivatives"]);
    expect(ofNet({ init: { weight: "xavier_normal" } })).toEqual(["vanishing", "weights"]);
    expect(ofNet({ init: { ...he, gain: 1.5 } })).toEqual(["exploding", "weights"]);
    expect(ofNet({ activation: "tanh", init: { biasStd: 4 } })).toEqual(["vanishing", "saturation"]);
    expect(ofNet({ activation: "tanh", init: { gain: 3 } })).toEqual(["exploding", "weights"]);
    expect(ofNet({ init: he, residual: "identity" })).toEqual(["exploding", "residual-sum"]);
    // a sound path, but ReLU's branches add up to means so large that the loss starts at 20 times ln 10
    expect(ofNet({ init: he, residual: "scaled" })).toEqual(["blocked", "readout-scale"]);
    expect(ofNet({ init: he, norm: "batch" })).toEqual(["exploding", "normalisation"]);
    expect(ofNet({ init: he, norm: "layer" })).toEqual(["healthy", undefined]);
    expect(ofNet({ init: he, width: 16, depth: 400 })).toEqual(["vanishing", "depth"]);
  });

  test("gated", () => {
    const lstm = (forgetBias: number) =>
      ({ kind: "recurrent", cell: "lstm", hidden: 32, init: { forgetBias } }) as const;
    expect(causeOf(lstm(-1), adding(60))).toEqual(["vanishing", "closed-gate"]);
    expect(causeOf(lstm(1), adding(1000))).toEqual(["vanishing", "closed-gate"]);
    expect(causeOf(lstm(6), { name: "noise", steps: 300 })).toEqual(["healthy", undefined]);
    expect(causeOf({ ...lstm(-1), layers: 2 }, adding(100))).toEqual(["vanishing", "closed-gate"]);
    expect(causeOf({ kind: "recurrent", cell: "gru", hidden: 32 }, adding(200))).toEqual(["vanishing", "closed-gate"]);
  });
});

describe("a loss that says little does not make a sound path sick", () => {
  /** The orthogonal linear network on the adding problem, whose answers `answer` gives. */
  function answering(answer: (targets: Float32Array) => { targets: Float32Array; bias: number }): GradientFlow {
    const batch = resolveTask(adding(100), { batch: 32, seed: 3, kind: "recurrent" });
    const network = createNetwork(
      { kind: "recurrent", cell: "identity", hidden: 16 },
      { inputs: 2, outputs: 1, seed: 3 },
    );
    try {
      const weights = network.parameters.get("readout.weight");
      network.parameters.set(
        "readout.weight",
        weights.map((value) => value * 1e-3),
      );
      const { targets, bias } = answer(batch.targets as Float32Array);
      network.parameters.set("readout.bias", [bias]);
      return network.propagate({ ...batch, targets });
    } finally {
      network.dispose();
    }
  }

  test("converged", () => {
    // targets close to the network's answers, with the baseline of the task's own targets
    const flow = answering((targets) => ({ targets: targets.map(() => 1.001), bias: 1 }));
    const judged = diagnose(flow);
    expect(flow.loss).toBeLessThan(1e-3);
    expect(judged).toMatchObject({ verdict: "healthy", state: "converged", causes: [] });
  });

  test("plateau: answering the mean", () => {
    const flow = answering((targets) => ({ targets, bias: targets.reduce((a, b) => a + b, 0) / targets.length }));
    expect(diagnose(flow)).toMatchObject({ verdict: "healthy", state: "plateau", causes: [] });
  });

  test("not a plateau before the mean is learned", () => {
    const flow = answering((targets) => ({ targets, bias: 0 }));
    expect(diagnose(flow)).toMatchObject({ verdict: "healthy", state: "training" });
  });
});
