import { ACTIVATIONS, type ActivationName } from "../activations/index.ts";
import { logistic } from "../activations/shapes.ts";
import type { ElmanCellName } from "./elman-names.ts";

/** One number that a cell takes. */
interface NumberOption {
  readonly default: number;
  readonly least?: number;
  readonly most?: number;
  /** The option in a sentence, before the names of the cells that take it: "α of". */
  readonly text: string;
}

/** Every number that some cell takes, under `cellOptions` of a spec. A cell's `options` names those it takes. */
export const CELL_NUMBERS = {
  leak: { default: 0.1, least: 0, most: 1, text: "α of leaky; where leaky_learned starts" },
  stepSize: { default: 0.1, text: "ε of antisymmetric" },
  diffusion: { default: 0.01, text: "γ of antisymmetric" },
} as const satisfies Readonly<Record<string, NumberOption>>;

export type CellNumber = keyof typeof CELL_NUMBERS;

/** Activations of gates. Each satisfies 1 − s(a) = s(−a). */
export const GATE_ACTIVATIONS = ["sigmoid", "hardsigmoid"] as const satisfies readonly ActivationName[];
export type GateActivationName = (typeof GATE_ACTIVATIONS)[number];

/** An activation inside an LSTM or a GRU: every one without a learned slope. */
export type InnerActivationName = Exclude<ActivationName, "prelu">;
export const INNER_ACTIVATIONS = ACTIVATIONS.filter((name) => name !== "prelu") as [
  InnerActivationName,
  ...InnerActivationName[],
];

/** The options of a cell, every default filled in. A cell reads the ones that its `options` names. */
export type CellOptions = { readonly [Name in CellNumber]: number } & {
  /** φ of the cells that take one. */
  readonly activation: ElmanCellName;
  /** φ of g and c in an LSTM, of n in a GRU; tanh where left out. */
  readonly innerActivation?: InnerActivationName | undefined;
  /** The activation of their gates; sigmoid where left out. */
  readonly gateActivation?: GateActivationName | undefined;
};

export type CellOptionName = keyof CellOptions;

/** The bias with which a gate has the value σ(b). */
export const gateBias = ({ gateActivation }: Pick<CellOptions, "gateActivation">, b: number): number =>
  gateActivation === "hardsigmoid" ? 6 * logistic(b) - 3 : b;
