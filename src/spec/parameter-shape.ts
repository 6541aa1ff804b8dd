import { nameOf, type ParameterPlace } from "./parameter-place.ts";

/* Rows of a parameter table. Letters: X inputs · H hidden or width · Y outputs · G gates (LSTM 4, GRU 3, Elman 1). */

/**
 * The role of a parameter. `vector` is a vector of a recurrent cell, with one number for each unit; `state` a learned
 * first state; `weight` is a hidden layer's matrix, `gate` a highway gate's, `slope` PReLU's.
 */
export type ParameterRole =
  | "embedding"
  | "input"
  | "recurrent"
  | "vector"
  | "state"
  | "weight"
  | "weight_scale"
  | "bias"
  | "norm_scale"
  | "norm_shift"
  | "slope"
  | "residual"
  | "gate"
  | "readout";

export interface ParameterShape {
  /** `nameOf(place)`. */
  readonly name: string;
  readonly place: ParameterPlace;
  /** Row-major; a matrix is [outputs, inputs]. */
  readonly shape: readonly number[];
  readonly role: ParameterRole;
  /** For a bias or the scale of weight norm, the role of its matrix; for every other parameter its own role. */
  readonly of: ParameterRole;
  /** Its layer; for a parameter of a block the last layer of the block, for the readout the number of layers. */
  readonly layer: number;
  /** G: the number of equal runs of rows, each with the fans below. */
  readonly gates: number;
  /** Inputs of one unit: columns of the matrix, or of a bias's matrix; 1 for element-wise parameters. */
  readonly fanIn: number;
  /** Outputs of one gate: rows of the matrix over G; 1 for element-wise parameters. */
  readonly fanOut: number;
}

/** The sizes that a spec may leave to its task. `outputs` is null without a readout. */
export interface NetworkSizes {
  readonly inputs: number;
  readonly outputs: number | null;
}

/** The number of entries of a parameter of this shape. */
export const elements = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** A row of the table: its name follows from its place. */
export const row = (place: ParameterPlace, facts: Omit<ParameterShape, "name" | "place">): ParameterShape => ({
  name: nameOf(place),
  place,
  ...facts,
});

/** A module that has a `weight` and a `bias`. */
type LinearModule =
  | { readonly module: "readout" }
  | { readonly module: "stem" | "head" | "layers" | "gates"; readonly index: number };

/** A Linear's `weight` [out, in] and `bias` [out]. */
export function linear(
  where: LinearModule,
  role: "weight" | "gate" | "readout",
  layer: number,
  fanIn: number,
  fanOut: number | null,
): ParameterShape[] {
  if (fanOut === null) return [];
  const own = { of: role, layer, gates: 1, fanIn, fanOut } as const;
  return [
    row({ ...where, part: "weight" }, { shape: [fanOut, fanIn], role, ...own }),
    row({ ...where, part: "bias" }, { shape: [fanOut], role: "bias", ...own }),
  ];
}
