/** Faults of one layer of a recurrent stack, or of one direction, for every cell to which they apply. */
import { CELL_TABLE, CELLS, type CellName } from "../../../src/catalogue/index.ts";
import type { Network } from "../../../src/network/create.ts";
import type { NetworkInput } from "../../../src/spec/index.ts";
import { adding, change, judged } from "../planted.ts";
import { type Instance, saidBy } from "./instance.ts";

const H = 16;
const stack = (cell: CellName, more: object = {}) => ({ kind: "recurrent", cell, hidden: H, ...more }) as NetworkInput;
/** Time constants of the length of the sequences. */
const chrono = { init: { chrono: 40 } };
/** Sets the bias of one gate. */
const shift = (name: string, gate: number, bias: number) => (network: Network) =>
  change(network, name, (old, i) => (Math.floor(i / H) === gate ? bias : old));
const of = (network: NetworkInput, edit: (network: Network) => void, steps = 20) =>
  saidBy(judged(network, adding(steps), edit));

/** Every cell with a gate that lets the input in, that gate, its letter, and the bias that shuts it. */
const WRITERS = CELLS.flatMap((cell) => {
  const { keeps, writes, letters } = CELL_TABLE[cell];
  if (keeps === undefined || letters.length < 2) return [];
  const gate = writes ?? keeps.gate;
  return [{ cell, gate, letter: letters[gate], bias: writes === undefined ? keeps.sign * 12 : -12 }];
});

const shutIn = (tried: string, cell: CellName, suffix: string, more: object): Instance[] =>
  WRITERS.filter((one) => one.cell === cell).map(({ gate, letter, bias }) => ({
    tried: `${cell}, ${tried}: gate ${letter} shut`,
    run: () => of(stack(cell, more), shift(`rnn.bias_ih_${suffix}`, gate, bias)),
    right: {
      verdict: ["blocked", "vanishing"],
      parts: ["input shut"],
      causes: [`closed-gate rnn.bias_ih_${suffix}`],
      says: new RegExp(`ate ${letter} of layer ${suffix} is at .*rnn\\.bias_ih_${suffix} closes it`),
    },
  }));

/** An upper layer, and each direction, of every gated cell. */
export const UPPER_GATES: readonly Instance[] = WRITERS.flatMap(({ cell }) => [
  ...shutIn("the upper of two layers", cell, "l1", { layers: 2, ...chrono }),
  ...shutIn("the reversed direction", cell, "l0_reverse", { bidirectional: true, ...chrono }),
  ...shutIn("the forward direction", cell, "l0", { bidirectional: true, ...chrono }),
]);

/** Cells with an output gate. */
const HIDING = CELLS.filter((cell) => CELL_TABLE[cell].letters.includes("o"));

export const OUTPUT_GATES: readonly Instance[] = HIDING.flatMap((cell): Instance[] => {
  const gate = CELL_TABLE[cell].letters.indexOf("o");
  const says = /the output gate o (of layer l1 )?is at .*closes it/;
  return [
    {
      tried: `${cell}: the output gate at −15`,
      run: () => of(stack(cell), shift("rnn.bias_ih_l0", gate, -15)),
      right: { verdict: "vanishing", causes: ["cell-output rnn.bias_ih_l0"], says, never: /tanh\(c\)/ },
    },
    {
      tried: `${cell}: the output gate of the upper layer at −15`,
      run: () => of(stack(cell, { layers: 2 }), shift("rnn.bias_ih_l1", gate, -15)),
      right: { verdict: "vanishing", causes: ["cell-output rnn.bias_ih_l1"], says },
    },
    {
      tried: `${cell}: the output gate of the lower layer at −15`,
      run: () => of(stack(cell, { layers: 2 }), shift("rnn.bias_ih_l0", gate, -15)),
      right: {
        verdict: ["blocked", "vanishing"],
        parts: ["input shut"],
        says: /ate o of layer l0 is at .*lets nothing of the state out/,
      },
    },
  ];
});

/** c that grows until tanh(c) is flat, with an output gate that is half open. */
const flatCell = (cell: CellName, layers: number, level: number, gates: readonly number[]) => () =>
  of(
    stack(cell, { layers, init: { forgetBias: 6 } }),
    (n) => {
      for (const gate of gates) shift(`rnn.bias_ih_l${level}`, gate, 10)(n);
    },
    60,
  );

export const FLAT_CELLS: readonly Instance[] = [
  {
    tried: "an LSTM whose c saturates",
    run: flatCell("lstm", 1, 0, [0, 2]),
    right: {
      verdict: "vanishing",
      causes: ["cell-output rnn.bias_ih_l0"],
      says: /tanh\(c\) is saturated, because candidate g fills c/,
      never: /output gate/,
    },
  },
  ...(["lstm", "lstm_peephole"] as const).flatMap((cell) =>
    [
      [2, 1],
      [2, 0],
      [3, 1],
      [3, 2],
    ].flatMap(([layers, level]) =>
      [[2], [0, 2]].map(
        (gates): Instance => ({
          tried: `${cell}: c of layer ${level} of ${layers} saturates, by ${gates.length} gates`,
          run: flatCell(cell, layers, level, gates),
          right: {
            verdict: "blocked",
            parts: ["input saturated"],
            causes: [`cell-output rnn.bias_ih_l${level}`],
            says: new RegExp(
              `anh\\(c\\) of layer l${level} is saturated[\\s\\S]*Set the entries of that gate in rnn\\.bias_ih_l${level}`,
            ),
            never: /Nothing to do/,
          },
        }),
      ),
    ),
  ),
  {
    tried: "c of the lower of two layers saturates, by the candidate's input weights",
    run: () =>
      of(
        stack("lstm", { layers: 2, init: { forgetBias: 6 } }),
        (n) => change(n, "rnn.weight_ih_l0", (old, i) => (Math.floor(i / (2 * H)) === 2 ? 20 : old)),
        60,
      ),
    right: {
      verdict: "blocked",
      parts: ["input saturated"],
      causes: ["weights rnn.weight_ih_l0"],
      says: /candidate g fills c: rnn\.weight_ih_l0 is too large[\s\S]*Draw rnn\.weight_ih_l0 again/,
    },
  },
  {
    tried: "no fault: c of an upper layer that stays small, with a candidate's bias of 0.1",
    run: () => of(stack("lstm", { layers: 2, init: { forgetBias: 6 } }), shift("rnn.bias_ih_l1", 2, 0.1), 60),
    right: { verdict: "healthy" },
  },
];

/** The carrying gate shut by a bias that the spec does not ask for. */
export const SHUT_CARRIES: readonly Instance[] = [
  ...(["lstm", "gru", "gru_reset_before", "lstm_peephole", "lstm_coupled", "minimal_rnn"] as const).map(
    (cell): Instance => {
      const { keeps, letters } = CELL_TABLE[cell];
      const { bias, gate, sign } = keeps!;
      const name = `rnn.${bias}_l0`;
      return {
        tried: `${cell}: the gate that carries the past at −12`,
        run: () => of(stack(cell), shift(name, letters.length < 2 ? 0 : gate, -sign * 12), 40),
        right: {
          verdict: "vanishing",
          causes: [`closed-gate ${name}`],
          says: new RegExp(`shuts gate ${letters[gate]},[\\s\\S]*Set the entries of that gate in ${name}`),
        },
      };
    },
  ),
  {
    tried: "gru: the gate that carries the past at −8 in the upper layer and in the lower one",
    run: () =>
      of(
        stack("gru", { layers: 2 }),
        (n) => {
          for (const name of ["rnn.bias_ih_l0", "rnn.bias_ih_l1"]) shift(name, 1, -8)(n);
        },
        40,
      ),
    right: { verdict: "vanishing", causes: ["closed-gate rnn.bias_ih_l0"], says: /gate z of layer l0/ },
  },
  {
    tried: "a forget bias of −5 that the spec asks for: the spec is to change",
    run: () => of(stack("lstm", { init: { forgetBias: -5 } }), () => {}, 40),
    right: { verdict: "vanishing", causes: ["closed-gate"], says: /Start the gates of the LSTM with time constants/ },
  },
];

/** Gates of an upper layer that its input weights set, against its biases. */
export const UPPER_GATES_BY_WEIGHTS: readonly Instance[] = (
  ["gru", "gru_reset_before", "ugrnn", "mgu"] as const
).flatMap((cell): Instance[] => {
  const { keeps, letters } = CELL_TABLE[cell];
  const { gate, sign } = keeps!;
  const candidate = letters.indexOf("n") < 0 ? letters.indexOf("g") : letters.indexOf("n");
  /** The lower layer puts out about 1; the upper one reads it with equal weights. */
  const driven = (weight: number, bias: number) => () =>
    of(stack(cell, { layers: 2 }), (n) => {
      shift("rnn.bias_ih_l0", candidate, 5)(n);
      shift("rnn.bias_ih_l1", gate, bias)(n);
      change(n, "rnn.weight_ih_l1", (old, i) => (Math.floor(i / H ** 2) === gate ? sign * weight : old));
    });
  return [
    {
      tried: `${cell}: gate ${letters[gate]} of the upper layer shut by its input weights`,
      run: driven(1.5, 0),
      right: {
        verdict: ["blocked", "vanishing"],
        parts: ["input shut"],
        causes: ["weights rnn.weight_ih_l1"],
        says: new RegExp(`ate ${letters[gate]} of layer l1 is at .*rnn\\.weight_ih_l1 is too large`),
      },
    },
    {
      tried: `no fault: ${cell}: a bias that would shut gate ${letters[gate]} of the upper layer, opened by its input weights`,
      run: driven(-0.75, sign * 12),
      right: { verdict: "healthy", parts: ["input healthy"] },
    },
  ];
});

/** The input weights of an upper layer, of every cell. */
export const UPPER_WEIGHTS: readonly Instance[] = CELLS.flatMap((cell): Instance[] => {
  const { letters } = CELL_TABLE[cell];
  const name = "rnn.weight_ih_l1";
  const faded = (factor: number): Instance => ({
    tried: `${cell}: input weights of the upper layer × ${factor}`,
    run: () => of(stack(cell, { layers: 2 }), (n) => change(n, name, (old) => old * factor)),
    right: {
      verdict: ["blocked", "vanishing", "dead", "exploding"],
      says: new RegExp(`down to the lowest.*${name} is ${factor === 0 ? "exactly zero" : "too small"}`),
    },
  });
  return letters.length > 0 ? [faded(0), faded(1e-5)] : [];
});

/** A bias that turns the units of a recurrent rectifier off after some steps. A leaky cell carries the gradient past it. */
export const FALLING_UNITS: readonly Instance[] = (["relu", "leaky", "indrnn"] as const).flatMap((cell) => {
  const more = cell === "relu" ? {} : { cellOptions: { activation: "relu" } };
  const tensors = CELL_TABLE[cell].recurrentMatrix ? ["rnn.bias_ih_l0", "rnn.bias_hh_l0"] : ["rnn.bias_ih_l0"];
  return tensors.map(
    (name): Instance => ({
      tried: `${cell}: ${name} at −0.4`,
      run: () => of(stack(cell, more), (n) => change(n, name, () => -0.4)),
      right:
        cell === "leaky"
          ? { verdict: "healthy", parts: ["path healthy"] }
          : {
              verdict: "dead",
              causes: [`dead-units ${name}`],
              says: new RegExp(`Set ${name.replaceAll(".", "\\.")} to 0`),
            },
    }),
  );
});
