/*
 * Dropout in a recurrent stack: between its layers, on its layers' inputs, on its states.
 */
import type { RecurrentInput } from "../../spec/index.ts";
import type { DropoutPart, Part, RecurrentPart } from "../parts.ts";

type Rates = Pick<RecurrentInput, "dropout" | "variationalDropout" | "recurrentDropout">;

/**
 * The dropout of a stack that a spec can express, and a sentence about the rest.
 *
 * @param taken the parts of stem and head, with their dropout
 */
export function masksOf(
  parts: readonly Part[],
  stack: readonly RecurrentPart[],
  hasStem: boolean,
  taken: ReadonlySet<Part>,
): { readonly spec: Rates; readonly notes: readonly string[] } {
  const placed = new Set<DropoutPart>();
  const gaps = between(parts, stack, placed);
  const inputs = stack.map(({ variationalDropout = 0 }) => variationalDropout);
  const recurrent = stack.map(({ recurrentDropout = 0 }) => recurrentDropout);
  const levels = stack.reduce((sum, { layers }) => sum + layers.length, 0);
  const ahead = wholeSequence(parts, stack[0]);
  const ofInputs = levels === 1 && ahead !== undefined && inputs[0] === 0 ? [ahead.rate] : inputs;
  const left: number[] = [];
  const one = (rates: readonly number[], possible = true): number | undefined => {
    const [rate = 0] = rates;
    if (possible && rates.every((each) => each === rate)) return rate > 0 ? rate : undefined;
    left.push(...rates.filter((each) => each > 0));
    return undefined;
  };
  const variationalDropout = one(ofInputs, !hasStem);
  if (variationalDropout !== undefined && ofInputs !== inputs && ahead !== undefined) placed.add(ahead);
  const dropout = one(gaps, variationalDropout === undefined);
  const recurrentDropout = one(recurrent);
  for (const part of parts) {
    if (part.kind === "dropout" && part.rate > 0 && !placed.has(part) && !taken.has(part)) left.push(part.rate);
  }
  const rates = [...new Set(left)];
  return {
    spec: {
      ...(dropout === undefined ? {} : { dropout }),
      ...(variationalDropout === undefined ? {} : { variationalDropout }),
      ...(recurrentDropout === undefined ? {} : { recurrentDropout }),
    },
    notes: rates.length === 0 ? [] : [dropoutNote(rates)],
  };
}

export const dropoutNote = (rates: readonly number[]): string =>
  `Dropout (${rates.join(", ")}) is left out: the pass is measured without it, as in evaluation.`;

/** The rate between any two levels of the stack, bottom first. */
function between(parts: readonly Part[], stack: readonly RecurrentPart[], placed: Set<DropoutPart>): number[] {
  return stack.flatMap((part, i) => {
    const inside = new Array<number>(part.layers.length - 1).fill(part.dropout ?? 0);
    if (i === stack.length - 1) return inside;
    const found = parts
      .slice(parts.indexOf(part) + 1, parts.indexOf(stack[i + 1]))
      .filter((each): each is DropoutPart => each.kind === "dropout" && each.rate > 0);
    if (found.length !== 1 || found[0].wholeSequence) return [...inside, 0];
    placed.add(found[0]);
    return [...inside, found[0].rate];
  });
}

/** Dropout that hides a feature for a whole sequence, right before the stack. */
function wholeSequence(parts: readonly Part[], core: RecurrentPart): DropoutPart | undefined {
  const before = parts[parts.indexOf(core) - 1];
  return before?.kind === "dropout" && before.wholeSequence && before.rate > 0 ? before : undefined;
}
