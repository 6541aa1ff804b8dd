import * as z from "zod/mini";
import { CELL_TABLE } from "../catalogue/index.ts";
import { listOf, named, optional, real } from "./fields.ts";
import { layerSpecs, outputWidth, type Stack } from "./layers.ts";

/*
 * The state before a sequence's first step, s₀ = h₀ or (h₀, c₀). It is the same for every sample and at every earlier
 * time, so that each of the s chains of a dilated layer begins with it, and a skip over time adds h₀ at the first
 * steps.
 */

const rows = (text: string) => listOf(listOf(real())).check(z.describe(text));

/** The key of the spec. */
export const initialState = () =>
  optional(
    z.union([
      named(["zero", "learned"]),
      z.strictObject({
        h: rows("h₀: a row of H numbers for each layer and direction: l0, l0 reversed, l1, …"),
        c: optional(listOf(listOf(real())), "c₀ of a cell state, in the same form"),
      }),
    ]),
    "the state before the first step of a sequence, at every earlier time: zero (the default); learned (parameters h0, and c0 of a cell state, that start at zero); or { h, c }, fixed numbers",
  );

/** The fields of a spec on which the first state depends. */
interface Begun extends Stack {
  readonly bidirectional: boolean;
  readonly projection?: number | undefined;
  readonly initialState?:
    | "zero"
    | "learned"
    | { readonly h: readonly (readonly number[])[]; readonly c?: readonly (readonly number[])[] | undefined }
    | undefined;
}

/** Whether the first state of sequences is not zero. */
export const beginsElsewhere = ({ initialState }: Pick<Begun, "initialState">): boolean =>
  initialState !== undefined && initialState !== "zero";

/** The parts of a layer's state: h, and c if the cell has a cell state. */
export const stateParts = ({ cell }: Pick<Stack, "cell">): readonly ("h" | "c")[] =>
  CELL_TABLE[cell].cellState ? ["h", "c"] : ["h"];

/** How many numbers a part of a layer's state has; c always has H. */
export const stateWidth = (layer: Parameters<typeof outputWidth>[0], part: "h" | "c"): number =>
  part === "h" ? outputWidth(layer) : layer.hidden;

/** Refuses a first state that does not fit the stack. */
export function refuseInitialState(spec: Begun, refuse: (path: string[], rule: string, remedy: string) => void): void {
  if (!beginsElsewhere(spec)) return;
  const { cell, bidirectional, initialState: state } = spec;
  if (typeof state !== "object") return;
  const own = layerSpecs(spec);
  const parts: readonly ("h" | "c")[] = own.some((layer) => stateParts(layer).includes("c"))
    ? (["h", "c"] as const)
    : (["h"] as const);
  if (parts.includes("c") !== (state.c !== undefined)) {
    const rule = parts.includes("c") ? `h and c, for the cell ${cell}` : `h alone, for the cell ${cell}`;
    refuse(["initialState"], rule, parts.includes("c") ? "add c" : "leave c out");
    return;
  }
  for (const part of parts) {
    const having = own.filter((layer) => stateParts(layer).includes(part));
    const widths = having.flatMap((layer) => {
      const width = stateWidth(layer, part);
      return bidirectional ? [width, width] : [width];
    });
    const count = widths.length;
    const rows = state[part]!;
    if (rows.length === count && rows.every((row, n) => row.length === widths[n])) continue;
    const rule = `${count} ${count === 1 ? "row" : "rows"} of ${[...new Set(widths)].join(", ")} numbers`;
    refuse(["initialState", part], rule, "give a row of H numbers for each layer and direction");
  }
}
