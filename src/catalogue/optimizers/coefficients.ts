import { UPDATE } from "../../wasm/generated/records.ts";

/** What an optimizer may keep of each parameter, beside it. */
export type Slot = "first" | "second" | "third";

/** The numbers of one update that are the same for every tensor: the float32 fields of its record. */
export type Coefficients = Readonly<Record<(typeof UPDATE.floats)[number], number>>;

/** An update that does nothing: it keeps all of θ and adds none of anything. */
export const NOTHING: Coefficients = {
  ...(Object.fromEntries(UPDATE.floats.map((name) => [name, 0])) as Coefficients),
  keep: 1,
};
