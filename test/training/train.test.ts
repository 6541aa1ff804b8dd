import { describe, expect, it } from "vitest";
import { diagnose } from "../../src/diagnosis/index.ts";
import { createNetwork } from "../../src/network/create.ts";
import { propagate } from "../../src/measure/propagate.ts";
import {
  createTrainer,
  judgeProgress,
  type TrainingEvent,
  type TrainingState,
  type TrainingTrace,
  type TrainOptions,
  train,
} from "../../src/training/index.ts";
import { random } from "../../src/base/random.ts";
import { batchFor, networkOf } from "./networks.ts";

const LSTM: TrainOptions = {
  network: { kind: "recurrent", cell: "lstm", hidden: 8 },
  task: { name: "adding", steps: 6 },
  batch: 9,
  seed: 3,
  steps: 24,
  clip: { norm: 0.5 },
};
const DEEP: TrainOptions = {
  network: { kind: "feedforward", width: 9, depth: 3, activation: "tanh" },
  task: "spirals",
  batch: 10,
  seed: 2,
  steps: 24,
};

/** Every event and the result of a run. */
async function collect(options: TrainOptions): Promise<{ events: TrainingEvent[]; trace: TrainingTrace }> {
  const run = train(options);
  const events: TrainingEvent[] = [];
  for await (const event of run) events.push(event);
  return { events, trace: await run.result };
}

const states = (events: readonly TrainingEvent[]): TrainingState[] =>
  events.flatMap((event) => (event.kind === "checkpoint" ? [event.state] : []));

describe("a run", () => {
  it("with the same seed gives the same bits, with another seed others", async () => {
    const [one, two, other] = await Promise.all([DEEP, DEEP, { ...DEEP, seed: 4 }].map(collect));
    expect(two).toEqual(one);
    expect(other.trace.losses).not.toEqual(one.trace.losses);
  });

  it("is plain data", async () => {
    const { events, trace } = await collect(DEEP);
    expect(structuredClone(trace)).toEqual(trace);
    expect(structuredClone(events)).toEqual(events);
    expect(trace).toMatchObject({ schema: "evanesce.trace/1", outcome: "completed", updates: 24, steps: 24 });
    expect(trace.update).toEqual(Float64Array.from({ length: 24 }, (_, i) => i + 1));
    for (const { lnNorm, lnUpdateRatio, lnUpdateNorm } of trace.parameters) {
      expect(lnUpdateRatio).toEqual(lnUpdateNorm.map((value, i) => value - lnNorm[i]));
    }
  });

  const OPTIMIZERS = ["momentum", "nadam", "amsgrad", { name: "rmsprop", momentum: 0.9, centered: true }] as const;
  it.each([LSTM, DEEP].flatMap((options) => OPTIMIZERS.map((optimizer) => ({ ...options, optimizer }))))(
    "resumed from any checkpoint ends in the bits of the uninterrupted one: $network.kind, $optimizer",
    async (options) => {
      const settings: TrainOptions = {
        ...options,
        checkpointEvery: 7,
        schedule: { name: "plateau", patience: 1, threshold: 0.1 },
        stop: { patience: 20 },
      };
      const { events, trace } = await collect(settings);
      const checkpoints = states(events);
      expect(checkpoints.map(({ updates }) => updates)).toEqual([7, 14, 21, 24]);
      for (const resume of checkpoints.slice(0, 3)) {
        const resumed = await collect({ ...settings, resume: structuredClone(resume) });
        expect(resumed.trace).toEqual(trace);
        expect(states(resumed.events).at(-1)).toEqual(checkpoints[3]);
      }
      // the rate fell, so that the schedule's memory is part of what was resumed
      expect(trace.learningRate.at(-1)).toBeLessThan(trace.learningRate[0]);
    },
  );

  it("interrupted returns what it has, and goes on from there", async () => {
    const controller = new AbortController();
    const run = train({ ...DEEP, signal: controller.signal });
    const seen: TrainingEvent[] = [];
    for await (const event of run) {
      seen.push(event);
      if (event.kind === "step" && event.record.update === 11) controller.abort();
    }
    expect(await run.result).toMatchObject({
      outcome: "interrupted",
      updates: 11,
      reason: "interrupted after 11 updates",
    });
    const [resume] = states(seen);
    const [{ trace }, resumed] = [await collect(DEEP), await collect({ ...DEEP, resume })];
    expect(resumed.trace).toEqual(trace);
  });

  it("ends at the first number that is not finite, as a result that says where", async () => {
    const network = { kind: "recurrent", cell: "relu", hidden: 8, init: { gain: 100 } } as const;
    const { trace } = await collect({ ...LSTM, network, task: { name: "adding", steps: 60 }, clip: undefined });
    expect(trace.outcome).toBe("nonfinite");
    expect(trace.nonfinite).toMatchObject({ update: 1, layer: 0, tensor: "h" });
    expect(trace.nonfinite?.step).toBeGreaterThan(0);
    expect(trace.phase.name).toBe("nonfinite");
    expect(trace.updates).toBe(0);
    const { step } = trace.nonfinite ?? {};
    expect(trace.summary).toBe(
      `the hidden state h is not finite in update 1, at step ${step} of layer 0; no update was made yet, so the cause is the scale of the inputs or the gain of the weights`,
    );
    expect(trace.phase.next).toContain("Standardize");
  });

  it("names the parameter whose gradient is beyond float32 where the pass itself is not", async () => {
    // identity layers of gain 4: 4^L of gradient, L = 80, and the input's scale keeps h small
    const network = { kind: "feedforward", depth: 80, width: 4, activation: "identity", init: { gain: 5 } } as const;
    const made = createNetwork(network, { seed: 1, inputs: 4, outputs: null });
    made.parameters.set("layers.0.weight", new Float32Array(16).fill(1e-30));
    const trainer = createTrainer(made, { optimizer: "adam" });
    const before = made.parameters.get("layers.5.weight");
    const inputs = Float32Array.from({ length: 8 }, (_, i) => i + 1);
    const record = trainer.step({ name: "own", batch: 2, inputSize: 4, inputs, loss: "none", lossAt: "last" });
    expect(record.outcome).toBe("nonfinite");
    expect(record.nonfinite).toMatchObject({ update: 1, tensor: "float32 gradient" });
    expect(record.parameters.find(({ name }) => name === record.nonfinite?.parameter)?.lnSeenNorm).toBe(
      Number.POSITIVE_INFINITY,
    );
    expect(record.parameters.every(({ lnGradientNorm }) => Number.isFinite(lnGradientNorm))).toBe(true);
    expect(made.parameters.get("layers.5.weight")).toEqual(before);
    trainer.dispose();
    made.dispose();
  });

  it("Adam cannot move what underflowed: the gradient is there, but no float32 holds it", () => {
    const spec = { kind: "feedforward", depth: 60, width: 8, activation: "sigmoid", init: { gain: 0.1 } } as const;
    const network = createNetwork(spec, { seed: 1, inputs: 3, outputs: 5 });
    const trainer = createTrainer(network, { optimizer: { name: "adam", learningRate: 0.1 } });
    const record = trainer.step(batchFor(spec, 1));
    const first = record.parameters[0];
    expect(first.name).toBe("layers.0.weight");
    expect(first.lnGradientNorm).toBeLessThan(-104); // ln 2⁻¹⁴⁹
    expect(Number.isFinite(first.lnGradientNorm)).toBe(true);
    expect(first.lnSeenNorm).toBe(Number.NEGATIVE_INFINITY);
    expect(first.lnUpdateNorm).toBe(Number.NEGATIVE_INFINITY);
    const readout = record.parameters.find(({ name }) => name === "readout.weight");
    expect(readout?.lnUpdateNorm).toBeGreaterThan(-5);
    trainer.dispose();
    network.dispose();
  });

  it("leaves frozen parameters as they are, and starts from weights it is given", async () => {
    const weight = Float32Array.from({ length: 81 }, (_, i) => Math.sin(i));
    const { events, trace } = await collect({
      ...DEEP,
      weights: { "layers.1.weight": weight },
      frozen: ["layers.1.weight", "layers.1.bias"],
    });
    const [state] = states(events);
    expect(state.parameters["layers.1.weight"]).toEqual(weight);
    expect(trace.frozen).toEqual(["layers.1.weight", "layers.1.bias"]);
    expect(trace.parameters.map(({ name }) => name)).not.toContain("layers.1.weight");
    expect(() => train({ ...DEEP, frozen: ["layers.9.weight"] }).result).not.toThrow();
    await expect(train({ ...DEEP, frozen: ["layers.9.weight"] }).result).rejects.toThrow("parameters.layers.9.weight");
  });

  it("stops early by loss, by accuracy and by patience", async () => {
    const easy = { ...DEEP, fixedBatch: true, steps: 500, optimizer: { name: "adam", learningRate: 0.01 } } as const;
    const byLoss = (await collect({ ...easy, stop: { loss: 0.3 } })).trace;
    expect(byLoss).toMatchObject({ outcome: "stopped", reason: "mean loss at most 0.3" });
    expect(byLoss.losses.slice(-20).reduce((sum, loss) => sum + loss / 20, 0)).toBeLessThanOrEqual(0.3);
    const byAccuracy = (await collect({ ...easy, stop: { accuracy: 0.95 } })).trace;
    expect(byAccuracy.outcome).toBe("stopped");
    expect(byAccuracy.updates).toBeLessThan(500);
    const byPatience = (
      await collect({ ...DEEP, steps: 500, optimizer: { name: "sgd", learningRate: 0 }, stop: { patience: 3 } })
    ).trace;
    expect(byPatience.reason).toBe("validation loss not improved in 3 evaluations");
    expect(byPatience.updates).toBe(150);
  });

  it("refuses what it does not know, at once", () => {
    expect(() => train({ ...DEEP, step: 3 } as TrainOptions)).toThrow("train.step: an option there is");
    expect(() => train({ ...DEEP, optimizer: "adm" as "adam" })).toThrow("did you mean adam?");
    expect(() => train({ ...DEEP, optimizer: { name: "sgd", beta1: 0.9 } })).toThrow("optimizer.beta1");
    expect(() => train({ ...DEEP, steps: 1.5 })).toThrow("train.steps: a whole number ≥ 0");
    expect(() => train({ ...DEEP, schedule: { name: "step", rise: 1 } })).toThrow("schedule.rise");
    expect(() => train({ ...DEEP, clip: { norm: -1 } })).not.toThrow(); // found when the run starts
    expect(() => train({ ...DEEP, stop: { accuracy: 95 } })).toThrow("stop.accuracy: a share from 0 to 1, got 95");
  });

  it("refuses to wait for an accuracy that a squared error never has", async () => {
    const run = train({ ...DEEP, task: { name: "teacher" }, stop: { accuracy: 0.9 } });
    await expect(run.result).rejects.toThrow('stop.accuracy: together with a loss of classes, got "mse"');
  });

  it("a run whose last updates left the baseline is not said to be at it, though its batch may be", () => {
    const flow = propagate({ network: DEEP.network, task: DEEP.task, batch: 10, seed: 2 });
    const alone = diagnose(flow);
    const together = diagnose(flow, { recent: { loss: 0.7 * Math.LN2, samples: 200 } });
    expect([alone.state, together.state]).toEqual(["plateau", "training"]);
    expect(together.summary).toBe(alone.summary.replace(/ The loss, .*$/, ""));
    expect(diagnose(flow, { recent: { loss: Math.LN2, samples: 200 } })).toEqual(alone);
  });
});

describe("the constraint of a spec", () => {
  it("holds after every update", () => {
    const spec = { kind: "recurrent", cell: "tanh", hidden: 6, constraint: "orthogonal" } as const;
    const network = networkOf(spec);
    const trainer = createTrainer(network, { optimizer: { name: "sgd", learningRate: 0.3 } });
    for (let seed = 1; seed < 6; seed += 2) {
      trainer.step(batchFor(spec, seed));
      const W = network.parameters.get("rnn.weight_hh_l0");
      for (let i = 0; i < 6; i++) {
        for (let j = 0; j < 6; j++) {
          let dot = 0;
          for (let k = 0; k < 6; k++) dot += W[i * 6 + k] * W[j * 6 + k];
          expect(Math.abs(dot - (i === j ? 1 : 0))).toBeLessThan(1e-6); // float32's rounding of six products
        }
      }
    }
    trainer.dispose();
    network.dispose();
  });
});

describe("what a run is doing", () => {
  const BASELINE = { value: 1, source: "task" } as const;
  const stream = random(1, "test/losses");
  const losses = (count: number, at: (i: number) => number) =>
    Array.from({ length: count }, (_, i) => at(i) + 0.05 * stream.normal());
  const look = (verdict: "vanishing" | "healthy" | "dead", totalGain = 0) =>
    ({ verdict, state: "training", totalGain, axis: "layer" }) as const;

  it("flat at the trivial baseline since about the update where it became so", () => {
    const series = losses(1000, (i) => 1 + 3 * Math.max(0, 1 - i / 400));
    const phase = judgeProgress(series, BASELINE, look("vanishing", -14 * Math.LN10));
    expect(phase.name).toBe("vanishing");
    expect(phase.since).toBeGreaterThan(370);
    expect(phase.since).toBeLessThan(520);
    expect(phase.sentence).toBe(
      `loss flat at the trivial baseline 1.00 since update ${phase.since}; on its way back to the first layer a gradient becomes 1.0e14 times smaller`,
    );
    expect(judgeProgress(series, BASELINE, look("healthy")).name).toBe("trivial-baseline");
    expect(judgeProgress(series, BASELINE, look("dead")).name).toBe("dead");
  });

  it("learning while the loss falls, however noisy; a plateau below the baseline; converged", () => {
    expect(
      judgeProgress(
        losses(1000, (i) => 1 - i / 2000),
        BASELINE,
        look("vanishing"),
      ).name,
    ).toBe("learning");
    expect(
      judgeProgress(
        losses(1000, (i) => Math.max(0.4, 1 - i / 500)),
        BASELINE,
        look("healthy"),
      ),
    ).toMatchObject({
      name: "plateau",
    });
    expect(judgeProgress(losses(400, () => 0).map(Math.abs), { value: 100, source: "constant" }, null).name).toBe(
      "converged",
    );
  });

  it("too early to tell below a hundred updates, unless the loss moves beyond its noise or nothing comes back", () => {
    expect(judgeProgress([1, 2, 3], BASELINE, null).name).toBe("too-early");
    const still = losses(90, () => 1);
    expect(judgeProgress(still, BASELINE, look("vanishing"))).toMatchObject({ name: "too-early", since: null });
    expect(judgeProgress(still, BASELINE, look("dead")).name).toBe("dead");
    const falling = judgeProgress(
      losses(60, (i) => 1 - i / 100),
      BASELINE,
      null,
    );
    expect(falling.name).toBe("learning");
  });

  it("a loss that moves above the trivial answer's is said to be there", () => {
    const series = losses(300, (i) => 9 - i / 100);
    expect(judgeProgress(series, BASELINE, null).sentence).toMatch(
      /^loss \S+, above the trivial baseline 1\.00, and still changing$/,
    );
  });
});
