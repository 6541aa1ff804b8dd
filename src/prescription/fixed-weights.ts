import type { Network } from "../network/create.ts";
import type { NetworkSpec } from "../spec/index.ts";
import { parameterTable } from "../spec/parameters.ts";
import type { Family, Remedy } from "./remedies/remedy.ts";

/*
 * A network whose parameters the caller gave, and which no seed draws. Remedies keep them as they are: only parameters
 * that a remedy adds are drawn, and its changes of the initialization are left out. So no remedy that is an
 * initialization, or that needs weights of other shapes, fits such a network.
 */

/** Parameters by name, row-major. */
export type FixedWeights = Readonly<Record<string, ArrayLike<number>>>;

/** Families whose remedies are nothing but other weights. */
const REDRAW: readonly Family[] = ["initialisation", "gain", "gate bias"];

/** The reason why a remedy does not fit a network of fixed weights; null where it fits. */
export function whyNotWithFixedWeights({ family }: Remedy, spec: NetworkSpec, changed: NetworkSpec): string | null {
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
 * Sets the caller's parameters in a network that has them.
 *
 * @param own whether the network is the caller's, unchanged, and must have every one of them
 * @throws EvanesceError naming one that the network does not have, or of another length
 */
export function setFixedWeights({ parameters }: Network, fixedWeights: FixedWeights, own: boolean): void {
  for (const [name, values] of Object.entries(fixedWeights)) {
    if (own || parameters.names.includes(name)) parameters.set(name, values);
  }
}
