import type { Random } from "../../base/random.ts";
import type { ElmanCellName } from "./elman-names.ts";
import type { CellLayout } from "./layout.ts";
import type { CellOptionName, CellOptions } from "./options.ts";

/** The inputs of a vector's first value. */
export interface VectorStart {
  readonly H: number;
  readonly options: CellOptions;
  readonly init: RecurrentStart;
}

/** The keys of a spec's `init` that a cell's own vectors follow. */
export interface RecurrentStart {
  readonly recurrent: string;
  readonly gain: number;
  readonly chrono?: number | undefined;
}

/** A learned vector of a cell, besides its matrices: one number a unit. */
export interface CellVector {
  /** Its parameter is `rnn.{name}_l0` and so on. */
  readonly name: string;
  /** Its length in units of H; 1 where left out. */
  readonly blocks?: number;
  /** The number the cell computes with, from the parameter; the parameter itself where left out. */
  readonly value?: (parameter: number) => number;
  /** d value / d parameter. */
  readonly slope?: (parameter: number) => number;
  /** The first value of one unit's parameter; 0 where left out. */
  readonly start?: (from: VectorStart, rng: Random) => number;
}

/** The gate whose value decides how much of the past a step keeps. */
export interface KeepingGate {
  /** Its place among the cell's gates. */
  readonly gate: number;
  /** It keeps with σ(sign · a). */
  readonly sign: 1 | -1;
  /** Whether `forgetBias` sets its first bias. */
  readonly isForgetGate: boolean;
  /** The parameter that holds its bias: b_ih, or b_hh where the gate has no b_ih. */
  readonly bias: "bias_ih" | "bias_hh";
  /** Its name in a sentence: "forget gate", "update gate z". */
  readonly title: string;
}

/**
 * Changes after which a step keeps the whole past for any input, h = h' (c = c' where there is a cell state):
 * parameters to overwrite, or options to replace.
 */
export interface GateOpening {
  /** Parameters by the name between `rnn.` and `_l0`: rows [from, to) of H-row blocks get one value. */
  readonly parameters: readonly {
    readonly name: string;
    readonly from: number;
    readonly to: number;
    readonly value: number;
  }[];
  readonly options?: Partial<CellOptions>;
}

/** The initialization of the recurrent weights under which a path is sound, and the sentence that proposes it. */
export interface SoundStart {
  readonly sentence: string;
  readonly init: (steps: number) => { recurrent?: "orthogonal" | "identity"; gain?: number; chrono?: number };
}

/**
 * All facts about a recurrent cell. Its arithmetic is one file of `assembly/cells/`. One file of this folder
 * holds one cell; the table is in `index.ts`. h' and c' are the state before the step.
 */
export interface CellFacts {
  /** The name that sentences use: "LSTM". */
  readonly title: string;
  /** The equations, where a = W_ih x + b_ih + W_hh h' + b_hh is the pre-activation of each gate. */
  readonly equations: string;
  /** Author, year and where in the source. */
  readonly source: string;
  /** The gates that `weight_ih` stacks, by the letters of the equations; `h` where there is only one. */
  readonly letters: readonly string[];
  /** Whether the state is (h, c): an LSTM keeps its past in c. */
  readonly cellState: boolean;
  /** Whether there is a W_hh [G·H, H]. */
  readonly recurrentMatrix: boolean;
  /**
   * The parameter of a matrix [H, H] inside the step, from an inner value of the step to a gate; `rnn.{name}_l0` and so
   * on.
   */
  readonly innerMatrix?: string;
  /** The layout of its form with a projection of h, where it has one, and the parameter of the matrix [P, H]. */
  readonly projected?: { readonly matrix: string; readonly layout: CellLayout };
  readonly vectors: readonly CellVector[];
  /** The vector that multiplies h' in place of a matrix, by its parameter's name. */
  readonly recurrentVector?: string;
  /** The gate whose bias holds the past. `chrono` sets it, and in LSTMs `forgetBias`. */
  readonly keeps?: KeepingGate;
  /** Whether `chrono` sets first time constants; true of every cell with a keeping gate. */
  readonly takesChrono: boolean;
  /** The changes that open the carrying gate; null where the cell has none. */
  readonly opens: GateOpening | null;
  /** The gate that writes the new value, if the cell has a separate one. */
  readonly writes?: number;
  /**
   * The gate of each pre-activation that layer norm normalizes over its H units; empty where the cell has no normed
   * form.
   */
  readonly normedGates: readonly number[];
  /** The reason why an orthogonal W_hh would not make the step preserve norms, if there is one. */
  readonly unconstrained?: string;
  /** The reason why zoneout cannot keep a part of its state, if there is one. */
  readonly unzoned?: string;
  /**
   * φ of a cell whose units have one pre-activation each: its own, or "option" for the one that
   * `cellOptions.activation` names; null for gated cells.
   */
  readonly activation: ElmanCellName | "option" | null;
  /** Options of `cellOptions` that the cell takes. */
  readonly options: readonly CellOptionName[];
  /** Values of `init.recurrent` that the cell accepts: every one, or these. */
  readonly recurrentInits: "every" | readonly string[];
  /** Whether `init.gain` multiplies the recurrent weights. */
  readonly takesGain: boolean;
  /** The `init.recurrent` with which the recurrent weights preserve norms; null where there is none. */
  readonly isometry: "orthogonal" | "identity" | null;
  /** A description of its first recurrent weights; the words "and … input weights" follow it. */
  readonly describeRecurrent: (init: RecurrentStart) => string;
  readonly sound: SoundStart;
  /** Long first time constants do not make its path sound: advice proposes another cell. */
  readonly chronoIsNoRemedy?: true;
  /** Whether theory knows how much of the past its gate keeps at a given bias. */
  readonly gateTheory?: true;
  /** h = h' + F(h', x): an identity skip path over time. */
  readonly addsToState?: true;
  readonly layout: CellLayout;
}

/** Facts that most cells share: a matrix W_hh, gates without cell state, no vectors. */
const COMMON: Omit<CellFacts, "title" | "equations" | "source" | "layout"> = {
  letters: ["h"],
  cellState: false,
  recurrentMatrix: true,
  vectors: [],
  takesChrono: false,
  opens: null,
  normedGates: [],
  activation: null,
  options: [],
  recurrentInits: "every",
  takesGain: true,
  isometry: "orthogonal",
  describeRecurrent: ({ recurrent, gain }) => `${recurrent}${gain === 1 ? "" : ` × ${gain}`} recurrent`,
  sound: {
    sentence: "Use orthogonal recurrent weights of gain 1",
    init: () => ({ recurrent: "orthogonal", gain: 1 }),
  },
};

/** σ(20) = 1 − 2e-9: open enough for a million steps. */
export const OPEN = 20;

type DeclaredFacts = Partial<CellFacts> & Pick<CellFacts, "title" | "equations" | "source" | "layout">;

/** A cell with the common facts filled in. Where the bias of a gate holds the past, its bias alone opens that gate. */
export function defineCell(own: DeclaredFacts): CellFacts {
  const cell = { ...COMMON, ...own };
  return cell.keeps === undefined ? cell : { ...cell, takesChrono: true, opens: own.opens ?? openingOf(cell) };
}

/** The gate's bias alone decides: its rows of every matrix are zero. */
function openingOf({ keeps, innerMatrix, recurrentMatrix }: CellFacts): GateOpening {
  const { gate, sign, bias } = keeps as KeepingGate;
  const rows = { from: gate, to: gate + 1 };
  const matrices = [
    ...(bias === "bias_ih" ? ["weight_ih"] : []),
    ...(recurrentMatrix ? ["weight_hh"] : []),
    ...(bias === "bias_hh" && innerMatrix !== undefined ? [innerMatrix] : []),
  ];
  const biases = recurrentMatrix ? ["bias_ih", "bias_hh"] : ["bias_ih"];
  return {
    parameters: [
      ...matrices.map((name) => ({ name, ...rows, value: 0 })),
      ...biases
        .filter((name) => name === bias || bias === "bias_ih")
        .map((name) => ({
          name,
          ...rows,
          value: name === bias ? sign * OPEN : 0,
        })),
    ],
  };
}
