import { random } from "../../base/random.ts";
import { above, below, control } from "../criterion.ts";
import { deepTeacher } from "../deep-teacher.ts";
import { defineClaim } from "../define.ts";
import { lines } from "../figures.ts";
import { overSeeds } from "../intervals.ts";
import type { Measured } from "../types.ts";

const ADAM = { name: "adam", learningRate: 0.01 } as const;

const long = {
  plain: { kind: "recurrent", cell: "tanh", hidden: 32, init: { recurrent: "pytorch", input: "pytorch" } },
  gated: { kind: "recurrent", cell: "gru", hidden: 32 },
  lengths: [5, 20, 50],
  plan: { steps: 300, batch: 32, optimizer: ADAM, clip: { norm: 1 } },
  seeds: 5,
} as const;

export const longRange = defineClaim({
  id: "no-long-range-dependencies",
  topic: "decay",
  sentence: "Vanishing prevents the learning of long-range dependencies.",
  criterion: [
    below("learned, tanh, T 50", 0.1, "a tanh RNN learns nothing of the adding problem over 50 steps"),
    control(above("learned, tanh, T 5", 0.5, "it learns the adding problem over 5 steps")),
    control(above("learned, GRU, T 50", 0.5, "a GRU learns it over 50 steps")),
  ],
  reduced: long,
  full: { lengths: [5, 20, 50, 100, 200], plan: { ...long.plan, steps: 5000 }, seeds: 20 },
  *run({ plain, gated, lengths, plan, seeds }, lab) {
    const numbers: Measured[] = [];
    const rows: Record<string, number[][]> = { tanh: [], GRU: [] };
    for (const steps of lengths) {
      for (const [name, network] of [
        ["tanh", plain],
        ["GRU", gated],
      ] as const) {
        const runs = yield* lab.train(`${name} ${steps}`, network, { name: "adding", steps }, plan, seeds);
        const learned = runs.map((run) => run.learned);
        rows[name].push(learned);
        numbers.push(overSeeds(`learned, ${name}, T ${steps}`, learned, ""));
      }
    }
    return { numbers, figure: lines({ label: "T", at: lengths, log: true }, { label: "share learned" }, rows) };
  },
});

const deep = {
  plain: { kind: "feedforward", width: 32, activation: "relu", init: { weight: "pytorch" } },
  sound: { kind: "feedforward", width: 32, activation: "relu", init: { weight: "he_normal" } },
  teacher: { inputs: 4, depth: 3, width: 8, gain: 1.5 },
  bits: 4,
  depths: [3, 8, 20],
  plan: { steps: 600, batch: 32, optimizer: { name: "sgd", learningRate: 0.05 }, clip: { norm: 1 } },
  seeds: 5,
} as const;

export const hierarchical = defineClaim({
  id: "no-hierarchical-dependencies",
  topic: "decay",
  sentence:
    "Vanishing prevents the learning of hierarchical dependencies: of parity, and of the function that a deep teacher computes.",
  criterion: [
    below("learned, parity, plain, depth 20", 0.1, "a plain network of 20 layers learns nothing of parity"),
    below("learned, teacher, plain, depth 20", 0.1, "it learns nothing of a teacher with 3 layers"),
    control(above("learned, parity, plain, depth 3", 0.5, "a plain network of 3 layers learns parity")),
    control(above("learned, teacher, plain, depth 3", 0.5, "a plain network of 3 layers learns the teacher")),
    control(above("learned, parity, sound, depth 20", 0.5, "a sound network of 20 layers learns parity")),
    control(above("learned, teacher, sound, depth 20", 0.5, "a sound network of 20 layers learns the teacher")),
  ],
  reduced: deep,
  full: { depths: [3, 8, 20, 50], plan: { ...deep.plan, steps: 10_000 }, seeds: 20 },
  *run({ plain, sound, teacher, bits, depths, plan, seeds }, lab) {
    const numbers: Measured[] = [];
    const rows: Record<string, number[][]> = {};
    const tasks = {
      parity: { name: "parity", bits },
      teacher: deepTeacher(teacher, random(lab.seedOf("teacher", 0), "deep teacher")),
    };
    for (const [taskName, task] of Object.entries(tasks)) {
      for (const [kind, network] of [
        ["plain", plain],
        ["sound", sound],
      ] as const) {
        const name = `${taskName}, ${kind}`;
        rows[name] = [];
        for (const depth of depths) {
          const runs = yield* lab.train(`${name} ${depth}`, { ...network, depth }, task, plan, seeds);
          const learned = runs.map((run) => run.learned);
          rows[name].push(learned);
          numbers.push(overSeeds(`learned, ${name}, depth ${depth}`, learned, ""));
        }
      }
    }
    return { numbers, figure: lines({ label: "depth", at: depths, log: true }, { label: "share learned" }, rows) };
  },
});
