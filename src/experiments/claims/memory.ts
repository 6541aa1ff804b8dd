import type { TaskInput } from "../../tasks/index.ts";
import { above, below } from "../criterion.ts";
import { defineClaim } from "../define.ts";
import { lines } from "../figures.ts";
import { overSeeds } from "../intervals.ts";
import type { Lab } from "../lab.ts";
import type { TrainingPlan } from "../../training/short-training.ts";
import type { Findings, Measured, Setup } from "../types.ts";

/** The cells that papers compare, H 32: PyTorch's tanh, IRNN (Le et al. 2015), orthogonal tanh, LSTM and GRU. */
const CELLS = {
  tanh: { kind: "recurrent", cell: "tanh", hidden: 32, init: { recurrent: "pytorch", input: "pytorch" } },
  IRNN: { kind: "recurrent", cell: "irnn", hidden: 32 },
  orthogonal: { kind: "recurrent", cell: "tanh", hidden: 32, init: { recurrent: "orthogonal" } },
  LSTM: { kind: "recurrent", cell: "lstm", hidden: 32 },
  GRU: { kind: "recurrent", cell: "gru", hidden: 32 },
} as const;

interface Memory extends Setup {
  readonly cells: typeof CELLS;
  readonly lengths: readonly number[];
  readonly task: TaskInput & object;
  readonly plan: TrainingPlan;
}

function* byCellAndLength({ cells, lengths, task, plan, seeds }: Memory, lab: Lab): Generator<void, Findings> {
  const numbers: Measured[] = [];
  const rows: Record<string, number[][]> = {};
  for (const [name, cell] of Object.entries(cells)) {
    rows[name] = [];
    for (const steps of lengths) {
      const runs = yield* lab.train(`${name} ${steps}`, cell, { ...task, steps }, plan, seeds);
      rows[name].push(runs.map((run) => run.learned));
      numbers.push(overSeeds(`learned, ${name}, T ${steps}`, rows[name].at(-1)!, "of the baseline"));
    }
  }
  const at = lengths.length - 1;
  for (const name of ["LSTM", "GRU", "IRNN", "orthogonal"]) {
    const more = rows[name][at].map((value, i) => value - rows.tanh[at][i]);
    numbers.push(overSeeds(`learned, ${name} − tanh, longest T`, more, "of the baseline"));
  }
  return { numbers, figure: lines({ label: "T", at: lengths, log: true }, { label: "share learned" }, rows) };
}

const addingSetup = {
  cells: CELLS,
  task: { name: "adding" },
  lengths: [10, 30],
  plan: { steps: 350, batch: 32, optimizer: { name: "adam", learningRate: 0.01 }, clip: { norm: 1 } },
  seeds: 5,
} as const;

export const addingProblem = defineClaim({
  id: "long-memory-adding-problem",
  topic: "memory",
  sentence:
    "On the adding problem tanh RNNs fail as sequences grow, while LSTM, GRU, IRNN and orthogonal RNNs learn (Hochreiter and Schmidhuber 1997; Le et al. 2015).",
  published:
    "an LSTM solves T = 100 within 74,000 sequences (Hochreiter and Schmidhuber 1997); IRNNs solve T = 150 to 400, and tanh RNNs fail there (Le et al. 2015); the baseline is 1/6",
  criterion: [
    below("learned, tanh, T 30", 0.1, "a tanh RNN learns nothing over 30 steps"),
    ...["LSTM", "GRU", "IRNN", "orthogonal"].map((name) =>
      above(
        `learned, ${name} − tanh, longest T`,
        0.3,
        `at the longest T, ${name} learns at least 0.3 of the baseline more than tanh`,
      ),
    ),
  ],
  reduced: addingSetup,
  full: { lengths: [30, 50, 100, 200], plan: { ...addingSetup.plan, steps: 5000 }, seeds: 5 },
  run: byCellAndLength,
});

const copySetup = {
  cells: CELLS,
  task: { name: "copy", symbols: 3, alphabet: 4 },
  lengths: [5, 20],
  plan: { steps: 350, batch: 32, optimizer: { name: "adam", learningRate: 0.01 }, clip: { norm: 1 } },
  seeds: 5,
} as const;

export const copyMemory = defineClaim({
  id: "long-memory-copy-problem",
  topic: "memory",
  sentence:
    "On the copy problem tanh RNNs stay at the baseline as the gap grows; gated and orthogonal RNNs get below it (Arjovsky et al. 2016 for longer gaps).",
  published:
    "at T = 100 and more, with sequences of 10 symbols out of 8, tanh RNNs and LSTMs stay at the baseline 10 ln 8/(T + 20) (Arjovsky et al. 2016)",
  criterion: [
    below("learned, tanh, T 20", 0.1, "a tanh RNN stays at the baseline over 20 blanks"),
    ...["LSTM", "GRU", "orthogonal"].map((name) =>
      above(
        `learned, ${name} − tanh, longest T`,
        0.1,
        `at the longest T, ${name} learns at least 0.1 of the baseline more than tanh`,
      ),
    ),
  ],
  reduced: copySetup,
  full: {
    task: { name: "copy", symbols: 10, alphabet: 8 },
    lengths: [20, 50, 100, 200],
    plan: { ...copySetup.plan, steps: 5000 },
    seeds: 5,
  },
  run: byCellAndLength,
});
