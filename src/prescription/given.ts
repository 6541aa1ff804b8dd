import type { Network } from "../network/create.ts";
import type { NetworkSpec } from "../spec/index.ts";
import { parameterTable } from "../spec/parameters.ts";
import type { Family, Remedy } from "./remedies/remedy.ts";

/*
 * A patient whose parameters are given, set or trained, and not drawn from the seeds. A remedy is tried round them:
 * they stay as they are, what is new is drawn from the seed, and what a remedy does to the initialization falls away.
 * So a remedy that is an initialization, and one whose weights have other shapes, is none for such a network.
 */

/** Parameters by name, row-major. */
export type Given = Readonly<Record<string, ArrayLike<number>>>;

/** Families whose remedies are nothing but other weights. */
const REDRAW: readonly Family[] = ["initialisation", "gain", "gate bias"];

/** Why a remedy is not one for given weights; null where it is. */
export function whyNotGiven({ family }: Remedy, spec: NetworkSpec, changed: NetworkSpec): string | null {
  if (REDRAW.includes(family)) return "it draws or rescales the weights, and these are given";
  return keepsShapes(spec, changed) ? null : "its weights have other shapes: what the given ones hold would be lost";
}

/** Whether every parameter both networks have is of the same shape in both. */
function keepsShapes(spec: NetworkSpec, changed: NetworkSpec): boolean {
  const shapes = (of: NetworkSpec) =>
    new Map(parameterTable(of, { inputs: 1, outputs: 1 }).map(({ name, shape }) => [name, String(shape)]));
  const own = shapes(spec);
  return [...shapes(changed)].every(([name, shape]) => own.get(name) === undefined || own.get(name) === shape);
}

/**
 * Sets given parameters in a network that has them.
 *
 * @param own whether the network is the patient itself, which has to have every one of them
 * @throws EvanesceError naming one that the patient does not have, or of another length
 */
export function setGiven({ parameters }: Network, given: Given, own: boolean): void {
  for (const [name, values] of Object.entries(given)) {
    if (own || parameters.names.includes(name)) parameters.set(name, values);
  }
}
