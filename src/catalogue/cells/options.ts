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

/** The options of a cell, every default filled in. A cell reads the ones that its `options` names. */
export type CellOptions = { readonly [Name in CellNumber]: number } & {
  /** φ of the cells that take one. */
  readonly activation: ElmanCellName;
};

export type CellOptionName = keyof CellOptions;
