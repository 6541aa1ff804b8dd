import { finish } from "../../src/base/time-slicing.ts";
import { describe, expect, it } from "vitest";
import { random } from "../../src/base/random.ts";
import { OPTIMIZER_NAMES, type OptimizerInput, parseOptimizer } from "../../src/catalogue/optimizers/index.ts";
import { parseSchedule, type ScheduleInput, type ScheduleMemory } from "../../src/training/schedules.ts";
import { Engine } from "../../src/wasm/engine.ts";
import { TrainingMemory } from "../../src/wasm/training/memory.ts";
import { optimizerGoldens, scheduleGoldens } from "../golden/read.ts";
import { optimizerOracle } from "../oracle/optimizers.ts";

const engine = new Engine();
const { sequence, optimizers } = optimizerGoldens();
const N = sequence.start.data.length;
const CASES = optimizers.flatMap(({ name, cases }) => cases.map((golden) => ({ name, ...golden })));

/** The core's optimizer on tensors that are called a, b, …, each with its first values. */
function core(input: OptimizerInput, starts: readonly ArrayLike<number>[], limit = 2 ** 24) {
  const optimizer = parseOptimizer(input);
  const names = starts.map((_, k) => String.fromCharCode(97 + k));
  const tensors = starts.map(({ length }, k) => ({ name: names[k], shape: [length] }));
  const memory = new TrainingMemory(engine, tensors, { ...optimizer, clips: false, measures: true }, limit);
  if (optimizer.initial !== undefined) memory.fill(...optimizer.initial);
  const carried = {};
  let t = 0;
  names.forEach((name, k) => {
    memory.view("theta", name).set(starts[k]);
  });
  return {
    theta: (k: number) => memory.view("theta", names[k]),
    step: (gradients: readonly ArrayLike<number>[]) => {
      gradients.forEach((gradient, k) => {
        memory.view("gradient", names[k]).set(gradient);
      });
      const coefficients = optimizer.coefficients(++t, optimizer.learningRate, carried);
      finish(memory.updateInParts(() => coefficients));
    },
    /** What the last step did to tensor k. */
    moved: (k: number) => memory.moved[k],
    dispose: () => memory.dispose(),
  };
}

describe("a tensor of over a million numbers, updated in parts", () => {
  const small = Float32Array.from({ length: 16 }, (_, i) => Math.sin(i + 1));
  const copies = 62_502;
  const repeated = (values: Float32Array) => Float32Array.from({ length: copies * 16 }, (_, i) => values[i % 16]);
  it.each(["momentum", "amsgrad", "lamb"] as const)("%s moves every copy of a small tensor as that one", (name) => {
    const optimizer = core(name, [small, repeated(small)], 2 ** 27);
    for (const phase of [0.3, 0.9]) {
      const gradient = small.map((value, i) => value * Math.cos(phase * i));
      optimizer.step([gradient, repeated(gradient)]);
    }
    const [own, long] = [optimizer.theta(0), optimizer.theta(1)];
    let apart = 0;
    for (let i = 0; i < long.length; i++) apart = Math.max(apart, Math.abs(long[i] / own[i % 16] - 1));
    expect(apart).toBeLessThan(1e-6);
    const [once, all] = [optimizer.moved(0), optimizer.moved(1)];
    for (const key of ["lnUpdateNorm", "lnNorm", "lnDistance"] as const) {
      expect(all[key] - 0.5 * Math.log(copies), key).toBeCloseTo(once[key], 5);
    }
    optimizer.dispose();
  });
});

const rowOf = (data: Float64Array, t: number, width = N) => data.subarray(t * width, (t + 1) * width);

it("there is a golden file of every optimizer", () => {
  expect(optimizers.map(({ name }) => name).sort()).toEqual([...OPTIMIZER_NAMES].sort());
});

describe.each(CASES)("$name $options", ({ name, options, theta }) => {
  const input = { name, ...options } as OptimizerInput;

  it("oracle: PyTorch's 50 updates, to float64's rounding", () => {
    const oracle = optimizerOracle(name, parseOptimizer(input).options, sequence.start.data);
    for (let t = 1; t <= 50; t++) {
      oracle.step(rowOf(sequence.gradients.data, t - 1));
      const at = sequence.kept.indexOf(t);
      if (at < 0) continue;
      rowOf(theta.data, at).forEach((want, i) => {
        const error = Math.abs(oracle.theta[i] - want);
        // v − a² of a centered second moment cancels where g is steady
        expect(error, `entry ${i} after ${t}`).toBeLessThanOrEqual(1e-10 * Math.max(Math.abs(want), 1e-12));
      });
    }
  });

  it("core: the same to float32's rounding, whether gradients are ordinary, tiny, huge or zero", () => {
    const run = core(input, [sequence.start.data]);
    const oracle = optimizerOracle(name, parseOptimizer(input).options, sequence.start.data);
    const most = sequence.start.data.map(Math.abs); // the largest |θ| on the way
    const path = new Float64Array(N); // Σ |θ_t − θ_{t−1}|
    for (let t = 1; t <= 50; t++) {
      const before = oracle.theta.slice();
      oracle.step(rowOf(sequence.gradients.data, t - 1));
      oracle.theta.forEach((value, i) => {
        most[i] = Math.max(most[i], Math.abs(value));
        path[i] += Math.abs(value - before[i]);
      });
      run.step([rowOf(sequence.gradients.data, t - 1)]);
      const at = sequence.kept.indexOf(t);
      if (at < 0) continue;
      const got = run.theta(0);
      rowOf(theta.data, at).forEach((want, i) => {
        // half a unit of θ's last place for its shrinking and its move each update, and a few roundings of every update itself
        const bound = t * 2 ** -23 * most[i] + 2e-6 * path[i];
        expect(Math.abs(got[i] - want), `entry ${i} after ${t}: ${got[i]}, not ${want}`).toBeLessThanOrEqual(bound);
      });
    }
    run.dispose();
  });
});

describe("tails", () => {
  it.each(OPTIMIZER_NAMES)(
    "%s: tensors of 1 … 9 and 17 numbers, one behind the other, each as the oracle has it",
    (name) => {
      const sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 17];
      const stream = random(5, `test/${name}`);
      const numbers = (n: number) => Float32Array.from({ length: n }, () => stream.normal());
      const starts = sizes.map(numbers);
      const input = { name, weightDecay: 0.1 } as OptimizerInput;
      const oracles = starts.map((start) => optimizerOracle(name, parseOptimizer(input).options, start));
      const run = core(input, starts);
      for (let t = 1; t <= 5; t++) {
        const gradients = sizes.map(numbers);
        run.step(gradients);
        oracles.forEach((oracle, k) => {
          oracle.step(gradients[k]);
        });
      }
      oracles.forEach(({ theta }, k) => {
        const got = run.theta(k);
        theta.forEach((want, i) => {
          const bound = 5 * 2 ** -23 * Math.max(Math.abs(want), 1) + 2e-6 * Math.abs(want - starts[k][i]);
          expect(Math.abs(got[i] - want), `size ${sizes[k]}, entry ${i}`).toBeLessThanOrEqual(bound);
        });
      });
      run.dispose();
    },
  );
});

describe("numbers that are not finite", () => {
  it.each(OPTIMIZER_NAMES)("%s: a NaN gradient makes its own parameter NaN and no other", (name) => {
    const run = core(name, [new Float32Array(6).fill(1)]);
    run.step([[1, Number.NaN, 1, 1, 1, 1]]);
    const got = [...run.theta(0)].map(Number.isNaN);
    expect(got).toEqual(got.map((_, i) => i === 1));
    run.dispose();
  });
});

describe("schedules", () => {
  const { losses, cases } = scheduleGoldens();

  it.each(cases)("$name $options: PyTorch's learning rates", ({ name, options, rates }) => {
    const schedule = parseSchedule({ name, ...options } as ScheduleInput);
    const memory: ScheduleMemory = {};
    rates.data.forEach((want, t) => {
      const got = schedule.rate(0.1, t, memory);
      expect(Math.abs(got / want - 1), `update ${t}: ${got}, not ${want}`).toBeLessThan(1e-11);
      schedule.observe(0.1, losses[t], memory);
    });
  });

  it("those that span the run take its updates, and say so where there are none", () => {
    expect(parseSchedule("cosine", 100).rate(1, 50, {})).toBeCloseTo(0.5, 14);
    expect(() => parseSchedule("cosine")).toThrow("schedule.steps: a whole number ≥ 1");
  });
});
