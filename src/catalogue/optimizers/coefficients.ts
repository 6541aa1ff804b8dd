import { UPDATE } from "../../wasm/generated/records.ts";

/** The tensors that an optimizer may keep for each parameter. */
export type Slot = "first" | "second" | "third";

/** The numbers of one update that are the same for every tensor: the float32 fields of its record. */
export type Coefficients = Readonly<Record<(typeof UPDATE.floats)[number], number>>;

/** Coefficients of an update that changes nothing: it keeps all of θ and adds zero. */
export const NOTHING: Coefficients = {
  ...(Object.fromEntries(UPDATE.floats.map((name) => [name, 0])) as Coefficients),
  keep: 1,
};
