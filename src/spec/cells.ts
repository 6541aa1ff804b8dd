import type { CellName, ElmanCellName } from "./names.ts";
import type { RecurrentSpec } from "./recurrent.ts";

/** A learned vector of a cell beside its matrices: one number a unit. */
export interface CellVector {
  /** Its parameter is `rnn.{name}_l0` and so on. */
  readonly name: string;
  /** How many times H it is long; 1 where left out. */
  readonly blocks?: number;
  /** What the cell computes with, of the parameter; the parameter itself where left out. */
  readonly value?: (parameter: number) => number;
  /** d value / d parameter. */
  readonly slope?: (parameter: number) => number;
}

/** What the rest of the library must know of a cell. h' and c' are the state before the step. */
export interface CellRow {
  /** The equations, in the letters of the README. */
  readonly equations: string;
  /** Author, year and where in the source. */
  readonly source: string;
  /** The gates `weight_ih` stacks, by the letters of the equations; `h` where there is but one. */
  readonly letters: readonly string[];
  /** G: how many they are. */
  readonly gates: number;
  /** Whether the state is (h, c): an LSTM keeps its past in c. */
  readonly cellState: boolean;
  /** Whether there is a W_hh [G·H, H]. */
  readonly recurrentMatrix: boolean;
  /**
   * The parameter of a matrix [H, H] inside the step, from what the step makes of x to its gate; `rnn.{name}_l0` and so
   * on.
   */
  readonly innerMatrix?: string;
  readonly vectors: readonly CellVector[];
  /**
   * The gate whose bias holds the past: it keeps with σ(sign · a). `chrono` sets it, and in LSTMs `forgetBias`. Its
   * bias is b_ih's, or b_hh's where the gate has no b_ih.
   */
  readonly keeps?: {
    readonly gate: number;
    readonly sign: 1 | -1;
    readonly isForgetGate: boolean;
    readonly bias?: "recurrent";
  };
  /** The gate that writes the new, where it is one of its own. */
  readonly writes?: number;
  /**
   * Pre-activations a layer norm normalizes, each over its H units: the gate of each; none where the cell has no normed
   * form.
   */
  readonly normedGates: readonly number[];
  /** Why keeping W_hh orthogonal would say nothing of the step, where it would not. */
  readonly unconstrained?: string;
  /**
   * φ of a cell with one pre-activation a unit: its own, or the one that `cellOptions.activation` names; null for gated
   * cells.
   */
  readonly activation: ElmanCellName | "option" | null;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

const row = (equations: string, source: string, rest: Partial<Omit<CellRow, "gates">> = {}): CellRow => ({
  equations,
  source,
  letters: ["h"],
  gates: rest.letters?.length ?? 1,
  cellState: false,
  recurrentMatrix: true,
  vectors: [],
  normedGates: [],
  activation: null,
  ...rest,
});

const elman = (activation: ElmanCellName, written: string = activation) =>
  row(`h = ${written}(W_ih x + b_ih + W_hh h' + b_hh)`, "Elman 1990; torch.nn.RNN", { normedGates: [0], activation });

const ELMAN: Readonly<Record<ElmanCellName, CellRow>> = {
  tanh: elman("tanh"),
  relu: elman("relu"),
  sigmoid: elman("sigmoid", "σ"),
  identity: elman("identity", ""),
  leaky_relu: elman("leaky_relu"),
  hardtanh: elman("hardtanh"),
  softsign: elman("softsign"),
};

/**
 * Every cell. A new one is a name in `names.ts`, a row here, a row of `src/wasm/cells.ts` that says how its weights
 * lie, and its step there and back, one file of `assembly/cells/` with its case. Below, a = W_ih x + b_ih + W_hh h' +
 * b_hh of each gate.
 */
export const CELL_TABLE: Readonly<Record<CellName, CellRow>> = {
  ...ELMAN,
  lstm: row(
    "i, f, g, o = σ(a_i), σ(a_f), tanh(a_g), σ(a_o); c = f c' + i g; h = o tanh c",
    "Hochreiter and Schmidhuber 1997; Gers et al. 2000; torch.nn.LSTM",
    {
      cellState: true,
      letters: ["i", "f", "g", "o"],
      normedGates: [0, 1, 2, 3],
      keeps: { gate: 1, sign: 1, isForgetGate: true },
      writes: 0,
    },
  ),
  gru: row(
    "r, z = σ(a_r), σ(a_z); n = tanh(W_in x + b_in + r (W_hn h' + b_hn)); h = (1 − z) n + z h'",
    "Cho et al. 2014; torch.nn.GRU",
    { letters: ["r", "z", "n"], normedGates: [0, 1, 2, 2], keeps: { gate: 1, sign: 1, isForgetGate: false } },
  ),
  lstm_peephole: row(
    "the LSTM with a_i + w_ci c', a_f + w_cf c' and a_o + w_co c",
    "Gers and Schmidhuber 2000; Graves 2013, equations 7 to 11",
    {
      cellState: true,
      letters: ["i", "f", "g", "o"],
      vectors: [{ name: "weight_ci" }, { name: "weight_cf" }, { name: "weight_co" }],
      keeps: { gate: 1, sign: 1, isForgetGate: true },
      writes: 0,
    },
  ),
  lstm_coupled: row(
    "f, g, o = σ(a_f), tanh(a_g), σ(a_o); c = f c' + (1 − f) g; h = o tanh c",
    "Greff et al. 2017, section 3 (CIFG)",
    { cellState: true, letters: ["f", "g", "o"], keeps: { gate: 0, sign: 1, isForgetGate: true } },
  ),
  mgu: row(
    "f = σ(a_f); n = tanh(W_in x + b_in + f (W_hn h' + b_hn)); h = (1 − f) h' + f n",
    "Zhou et al. 2016, equations 6 to 8, the gate after the product as in torch.nn.GRU",
    { letters: ["f", "n"], keeps: { gate: 0, sign: -1, isForgetGate: false } },
  ),
  ugrnn: row("u, n = σ(a_u), tanh(a_n); h = u h' + (1 − u) n", "Collins et al. 2017, equations 10 to 12 (UGRNN)", {
    letters: ["u", "n"],
    keeps: { gate: 0, sign: 1, isForgetGate: false },
  }),
  minimal_rnn: row(
    "z = tanh(W_ih x + b_ih); u = σ(W_hh h' + W_zh z + b_hh); h = u h' + (1 − u) z",
    "Chen 2018, equations 1 to 3 (minimalRNN), Φ one layer of tanh",
    { innerMatrix: "weight_zh", keeps: { gate: 0, sign: 1, isForgetGate: false, bias: "recurrent" } },
  ),
  leaky: row("h = (1 − α) h' + α φ(a), α = `cellOptions.leak`", "Jaeger et al. 2007, equation 1", {
    activation: "option",
  }),
  leaky_learned: row(
    "h = (1 − α) h' + α φ(a), α = σ(leak), a number a unit",
    "Tallec and Ollivier 2018, equation 4 (leaky RNN), its α learned",
    {
      activation: "option",
      vectors: [{ name: "leak", value: sigmoid, slope: (x) => sigmoid(x) * sigmoid(-x) }],
    },
  ),
  residual: row("h = h' + φ(a)", "He et al. 2016 over time; Yue et al. 2018", { activation: "option" }),
  antisymmetric: row(
    "h = h' + ε φ(W_ih x + b_ih + (W_hh − W_hhᵀ − γ I) h' + b_hh), ε = `cellOptions.stepSize`, γ = `cellOptions.diffusion`",
    "Chang et al. 2019, equation 15 (AntisymmetricRNN)",
    { activation: "option", unconstrained: "its step uses W_hh − W_hhᵀ" },
  ),
  indrnn: row("h = φ(W_ih x + b_ih + u h'), u = weight_hh [H]", "Li et al. 2018, equation 1 (IndRNN)", {
    activation: "option",
    recurrentMatrix: false,
    vectors: [{ name: "weight_hh" }],
  }),
  diagonal: row(
    "h = λ h' + W_ih x + b_ih, λ = exp(−exp(nu)), a number a unit",
    "Orvieto et al. 2023, section 3.3 (LRU), real and without its input scale",
    {
      recurrentMatrix: false,
      activation: "identity",
      vectors: [
        {
          name: "nu",
          value: (x) => Math.exp(-Math.exp(x)),
          slope: (x) => -Math.exp(x) * Math.exp(-Math.exp(x)),
        },
      ],
    },
  ),
};

/** φ of a spec's cell, where it has one pre-activation a unit; null for gated cells. */
export function cellActivation({ cell, cellOptions }: RecurrentSpec): ElmanCellName | null {
  const { activation } = CELL_TABLE[cell];
  return activation === "option" ? cellOptions.activation : activation;
}

/** The vectors of a spec's cell: its own, and under norm "layer" γ and β of every normalized pre-activation. */
export function cellVectors({ cell, norm }: Pick<RecurrentSpec, "cell" | "norm">): readonly CellVector[] {
  const { vectors, normedGates } = CELL_TABLE[cell];
  if (norm === "none") return vectors;
  const blocks = normedGates.length;
  return [...vectors, { name: "norm_weight", blocks }, { name: "norm_bias", blocks }];
}
