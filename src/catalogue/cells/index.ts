import { antisymmetric } from "./antisymmetric.ts";
import { type CellFacts, type CellVector, type GateOpening, OPEN } from "./cell.ts";
import { diagonal } from "./diagonal.ts";
import { elman } from "./elman.ts";
import { ELMAN_CELLS, type ElmanCellName } from "./elman-names.ts";
import { gru } from "./gru.ts";
import { gru_reset_before } from "./gru-reset-before.ts";
import { indrnn } from "./indrnn.ts";
import { type CellLayout, type ForwardSlab, normedLayout } from "./layout.ts";
import { leaky_learned } from "./leaky-learned.ts";
import { leaky } from "./leaky.ts";
import { lstm_coupled } from "./lstm-coupled.ts";
import { lstm_peephole } from "./lstm-peephole.ts";
import { lstm } from "./lstm.ts";
import { mgu } from "./mgu.ts";
import { minimal_rnn } from "./minimal-rnn.ts";
import type { CellOptions } from "./options.ts";
import { residual } from "./residual.ts";
import { ugrnn } from "./ugrnn.ts";

export {
  CELL_NUMBERS,
  type CellNumber,
  type CellOptionName,
  type CellOptions,
  GATE_ACTIVATIONS,
  type GateActivationName,
  gateBias,
  INNER_ACTIVATIONS,
  type InnerActivationName,
} from "./options.ts";
export {
  ELMAN_CELLS,
  type GateOpening,
  OPEN,
  type CellFacts,
  type CellLayout,
  type CellVector,
  type ElmanCellName,
  type ForwardSlab,
};

/** Cells other than Elman cells, in the order that lists show them. */
const FURTHER_CELLS = {
  lstm,
  gru,
  gru_reset_before,
  lstm_peephole,
  lstm_coupled,
  mgu,
  ugrnn,
  minimal_rnn,
  leaky,
  leaky_learned,
  residual,
  antisymmetric,
  indrnn,
  diagonal,
} as const satisfies Readonly<Record<string, CellFacts>>;

export type CellName = ElmanCellName | keyof typeof FURTHER_CELLS;

/** Every cell: Elman's, then the others. */
export const CELL_TABLE: Readonly<Record<CellName, CellFacts>> = {
  ...(Object.fromEntries(ELMAN_CELLS.map((name) => [name, elman(name)])) as Record<ElmanCellName, CellFacts>),
  ...FURTHER_CELLS,
};

export const CELLS = Object.keys(CELL_TABLE) as [CellName, ...CellName[]];

/** The fields of a spec that determine its cell. */
export interface CellChoice {
  readonly cell: CellName;
  readonly cellOptions: CellOptions;
  readonly norm: "none" | "layer";
  /** P of an LSTM whose h is a projection. */
  readonly projection?: number | undefined;
}

export const isElmanCell = (cell: CellName): cell is ElmanCellName => (ELMAN_CELLS as readonly string[]).includes(cell);

/** The name of the gate that holds the past, in a sentence. */
export const gateTitle = (cell: CellName): string => CELL_TABLE[cell].keeps?.title ?? "gate";

/** The number of gates that `weight_ih` stacks. */
export const gatesOf = (cell: CellName): number => CELL_TABLE[cell].letters.length;

/** φ of a spec's cell, if its units have one pre-activation each; null for gated cells. */
export function cellActivation({ cell, cellOptions }: Pick<CellChoice, "cell" | "cellOptions">): ElmanCellName | null {
  const { activation } = CELL_TABLE[cell];
  return activation === "option" ? cellOptions.activation : activation;
}

/** The vectors of a spec's cell: its own, and with norm "layer" γ and β of every normalized pre-activation. */
export function cellVectors({ cell, norm }: Pick<CellChoice, "cell" | "norm">): readonly CellVector[] {
  const { vectors, normedGates } = CELL_TABLE[cell];
  if (norm === "none") return vectors;
  const blocks = normedGates.length;
  return [...vectors, { name: "norm_weight", blocks }, { name: "norm_bias", blocks }];
}

/** The vector that multiplies h', if it is a function of its parameter, and the slope of that function. */
export function recurrentSlope({ cell }: Pick<CellChoice, "cell">) {
  const { recurrentVector, vectors } = CELL_TABLE[cell];
  const found = vectors.find(({ name }) => name === recurrentVector);
  return found?.slope === undefined ? undefined : { name: found.name, slope: found.slope };
}

/**
 * The parameter whose gradient the contributions of single steps are measured for, without its layer, and its symbol.
 */
export function contributionOf(cell: CellName): { readonly parameter: string; readonly symbol: string } {
  const { recurrentVector } = CELL_TABLE[cell];
  return recurrentVector === undefined
    ? { parameter: "weight_hh", symbol: "W_hh" }
    : { parameter: recurrentVector, symbol: recurrentVector };
}

/** The parameter of a matrix inside the step of a spec's cell, without its layer: of a projection too. */
export const innerMatrixOf = ({ cell, projection }: Pick<CellChoice, "cell" | "projection">): string | undefined =>
  projection === undefined ? CELL_TABLE[cell].innerMatrix : CELL_TABLE[cell].projected?.matrix;

/**
 * The layout of a spec's cell: of its normed form with norm "layer", of its projected form with a projection, else of
 * the plain cell.
 */
export function layoutOf({ cell, norm, projection }: Pick<CellChoice, "cell" | "norm" | "projection">): CellLayout {
  const { layout, projected } = CELL_TABLE[cell];
  if (projection !== undefined && projected !== undefined) return projected.layout;
  return norm === "none" ? layout : normedLayout(layout);
}

/**
 * The changes after which a spec's cell keeps its whole past; null where no gate of it can. With a norm, γ of the
 * gate's pre-activation becomes zero and β opens the gate.
 */
export function gateOpening({ cell, norm }: Pick<CellChoice, "cell" | "norm">): GateOpening | null {
  const { keeps, opens, normedGates } = CELL_TABLE[cell];
  if (norm === "none" || keeps === undefined) return opens;
  const rows = { from: normedGates.indexOf(keeps.gate), to: normedGates.indexOf(keeps.gate) + 1 };
  return {
    parameters: [
      { name: "norm_weight", ...rows, value: 0 },
      { name: "norm_bias", ...rows, value: keeps.sign * OPEN },
    ],
  };
}

/** Columns of a slab's two operands, side by side: x or the inner one, then h. */
export function operands({ of }: ForwardSlab, X: number, H: number): { kx: number; kh: number } {
  return { kx: of === "hidden" ? 0 : of === "inner" ? H : X, kh: of === "input" ? 0 : H };
}
