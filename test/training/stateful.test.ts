/** State carried from batch to batch: streams, the same bits resumed, what truncation leaves out, messages. */
import { describe, expect, it } from "vitest";
import { createNetwork } from "../../src/network/create.ts";
import { packCheckpoint, unpackCheckpoint } from "../../src/training/checkpoint.ts";
import { prepareTask } from "../../src/tasks/index.ts";
import { zeroState } from "../../src/tasks/state.ts";
import type { RecurrentSpec } from "../../src/spec/recurrent.ts";
import {
  createTrainer,
  taskSource,
  train,
  type TrainingEvent,
  type TrainingState,
  type TrainOptions,
} from "../../src/training/index.ts";
import { normals } from "../setup/numbers.ts";

const TEXT = Array.from({ length: 300 }, (_, i) => "abcdefg"[(i * i + (i >> 2)) % 7]).join("");
const TASK = { name: "text", bytes: TEXT, steps: 5 } as const;
const OPTIONS: TrainOptions = {
  network: { kind: "recurrent", cell: "lstm", hidden: 6, layers: 2 },
  task: TASK,
  batch: 3,
  seed: 3,
  steps: 20,
  stateful: true,
  optimizer: { name: "sgd", learningRate: 0.5 },
};

async function collect(options: TrainOptions) {
  const run = train(options);
  const events: TrainingEvent[] = [];
  for await (const event of run) events.push(event);
  return { events, trace: await run.result };
}

const source = (more: object = {}) =>
  taskSource(prepareTask(TASK, "recurrent"), { batch: 3, seed: 0, stateful: true, ...more });

describe("streams", () => {
  it("go on where the last batch ended, in training and in what is held out", () => {
    const data = source();
    const follows = (before: { tokens?: Int32Array; targets?: unknown }, after: { tokens?: Int32Array }, B: number) => {
      expect(Array.from(after.tokens!.subarray(0, B))).toEqual(Array.from((before.targets as Int32Array).slice(-B)));
    };
    const windows = data.updatesPerEpoch!;
    expect(windows).toBeGreaterThan(5);
    for (let update = 2; update <= windows; update++) {
      expect(data.continues!(update)).toBe(true);
      follows(data.next(update - 1), data.next(update), 3);
    }
    expect(data.continues!(1)).toBe(false);
    expect(data.continues!(windows + 1)).toBe(false);
    expect(data.next(windows + 1)).toEqual(data.next(1));
    const held = data.validation!();
    expect(held.length).toBeGreaterThan(1);
    follows(held[0], held[1], held[0].batch);
  });

  it("of a series need windows that follow each other", () => {
    const rows = Array.from({ length: 80 }, (_, i) => `${Math.sin(i)},${Math.cos(i)}`).join("\n");
    const series = (more: object) =>
      taskSource(prepareTask({ name: "csv", bytes: `a,b\n${rows}\n`, steps: 4, ...more } as never, "recurrent"), {
        batch: 2,
        seed: 0,
        stateful: true,
      });
    const data = series({});
    const [one, two] = [data.next(1), data.next(2)];
    // with horizon 1 the answer of a step is the next step's input
    expect(Array.from(two.inputs.subarray(0, 4))).toEqual(Array.from((one.targets as Float32Array).slice(-4)));
    expect(() => series({ stride: 3 })).toThrow(
      /^stateful: a text, or a series without gaps whose steps are a multiple/,
    );
  });
});

describe("a run", () => {
  it("makes the updates of batches that are given the last state", async () => {
    const { trace } = await collect({ ...OPTIONS, diagnoseEvery: 0, evaluateEvery: 0 });
    const data = taskSource(prepareTask(TASK, "recurrent"), { batch: 3, seed: 3, stateful: true });
    const first = data.next(1);
    const network = createNetwork(OPTIONS.network, { seed: 3, inputs: first.inputSize, outputs: first.outputSize });
    const trainer = createTrainer(network, { optimizer: { name: "sgd", learningRate: 0.5 }, steps: 20 });
    const zero = zeroState(network.spec as RecurrentSpec, 3);
    let state = zero;
    const losses = Array.from({ length: 20 }, (_, i) => {
      const batch = { ...data.next(i + 1), state: data.continues!(i + 1) ? state : zero };
      state = network.propagate(batch).state!.final as typeof zero;
      return trainer.step(batch).loss;
    });
    expect(Array.from(trace.losses)).toEqual(losses);
    expect(20).toBeGreaterThan(data.updatesPerEpoch!); // so that streams began again
    trainer.dispose();
    network.dispose();
  });

  it.each(["zero", "learned"] as const)(
    "resumed from any checkpoint ends in the same bits, first state %s",
    async (first) => {
      const network = { ...OPTIONS.network, initialState: first } as TrainOptions["network"];
      const options: TrainOptions = { ...OPTIONS, network, checkpointEvery: 6, gsnrEvery: 10 };
      const { events, trace } = await collect(options);
      const states = events.flatMap((event) => (event.kind === "checkpoint" ? [event.state] : []));
      expect(states.map(({ updates }) => updates)).toEqual([6, 12, 18, 20]);
      for (const state of states.slice(0, 3)) {
        const files = packCheckpoint(state, "run");
        const read = (name: string) => files.find((file) => file.name === name)!.bytes;
        const { state: resume } = unpackCheckpoint(read("run.json"), "run.json", read);
        expect(resume.carried).toEqual(state.carried);
        const again = await collect({ ...options, resume: resume as TrainingState });
        expect(again.trace).toEqual(trace);
      }
    },
  );

  it("says what truncation leaves out: what `truncate` measures on the same windows", async () => {
    const spec = { kind: "recurrent", cell: "tanh", hidden: 6 } as const;
    const { trace } = await collect({ ...OPTIONS, network: spec, steps: 3, diagnoseEvery: 1 });
    expect(trace.truncation!.map(({ update }) => update)).toEqual([0, 1, 2, 3]);
    const [look] = trace.truncation!;
    expect(look).toMatchObject({ windows: 4, steps: 5 });
    const data = taskSource(prepareTask(TASK, "recurrent"), { batch: 3, seed: 3, stateful: true });
    const windows = [1, 2, 3, 4].map((update) => data.next(update));
    const [X, B] = [windows[0].inputSize, 3];
    const join = (of: (batch: (typeof windows)[0]) => ArrayLike<number>) =>
      windows.flatMap((batch) => Array.from(of(batch)));
    const network = createNetwork(spec, { seed: 3, inputs: X, outputs: X });
    const { truncated } = network.propagate(
      {
        inputs: { shape: [20, B, X], data: Float32Array.from(join(({ inputs }) => inputs)) },
        targets: { shape: [20, B], data: Int32Array.from(join(({ targets }) => targets!)) },
      },
      { truncate: { k1: 5, k2: 5 } },
    );
    expect(look.angle).toBeGreaterThan(1e-3);
    expect(Math.abs(look.angle! / truncated!.angle! - 1)).toBeLessThan(1e-3);
    expect(Math.abs(look.ratio! / truncated!.ratio! - 1)).toBeLessThan(1e-5);
    // a state of its own at the first window's beginning: what reaches it
    const flow = network.propagate({ ...windows[0], state: { h: new Float32Array(B * 6) } });
    const { data: values, exponent } = flow.state!.gradient.h;
    expect(look.lnDropped).toBeCloseTo(Math.log(Math.hypot(...values)) + exponent * Math.LN2, 6);
    network.dispose();
  });

  it("evaluates held-out streams with their state", async () => {
    const { trace } = await collect({ ...OPTIONS, steps: 1, diagnoseEvery: 0 });
    const data = taskSource(prepareTask(TASK, "recurrent"), { batch: 3, seed: 3, stateful: true });
    const held = data.validation!();
    const network = createNetwork(OPTIONS.network, { seed: 3, inputs: held[0].inputSize, outputs: held[0].outputSize });
    let state = zeroState(network.spec as RecurrentSpec, held[0].batch);
    const losses = held.map((batch) => {
      const flow = network.propagate({ ...batch, state });
      state = flow.state!.final as typeof state;
      return flow.loss as number;
    });
    expect(trace.evaluations[0].loss).toBeCloseTo(losses.reduce((a, b) => a + b, 0) / losses.length, 12);
    network.dispose();
  });
});

describe("refusals", () => {
  it.each([
    [
      { network: { kind: "recurrent", bidirectional: true } },
      /^stateful: a recurrent network .*, got "two directions"; /,
    ],
    [{ network: { kind: "recurrent", dilation: 2 } }, /^stateful: .*got "dilated layers"; /],
    [{ network: { kind: "feedforward" }, task: "spirals" }, /^stateful: .*got "a deep network"; /],
    [{ task: "adding" }, /^stateful: a text, or a series .*got "samples drawn at random"; /],
    [{ fixedBatch: true }, /^train\.stateful: not together with fixedBatch/],
    [{ batch: 40 }, /^task\.bytes: at least two windows for each of 40 streams, got \d+; /],
    [{ task: undefined, data: { next: () => ({}) } }, /^train\.stateful: data with `continues`/],
  ])("%j", (more, message) => {
    expect(() => train({ ...OPTIONS, ...(more as object) })).toThrow(message);
  });
});

it("single samples keep their part of the state", async () => {
  const { samplesOf } = await import("../../src/network/samples.ts");
  const spec = { kind: "recurrent", cell: "gru", hidden: 4, layers: 2, inputs: 2 } as const;
  const network = createNetwork(spec, { seed: 1 });
  const [B, T] = [5, 3];
  const inputs = normals(T * B * 2, 3);
  const state = { h: normals(2 * B * 4, 4) };
  const batch = { name: "t", batch: B, steps: T, inputSize: 2, inputs, loss: "none", lossAt: "last", state } as const;
  const whole = network.propagate(batch).state!.final.h;
  for (let b = 0; b < B; b++) {
    const own = network.propagate(samplesOf(batch, b, 1, network.spec)).state!.final.h;
    for (let n = 0; n < 2; n++) {
      expect(own.slice(n * 4, n * 4 + 4)).toEqual(whole.slice((n * B + b) * 4, (n * B + b) * 4 + 4));
    }
  }
  network.dispose();
});
