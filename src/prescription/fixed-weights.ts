import type { Network } from "../network/create.ts";
import type { NetworkSpec } from "../spec/index.ts";
import { parameterTable } from "../spec/parameters.ts";
import type { Family, Remedy } from "./remedies/remedy.ts";

/*
 * Networks with the caller's parameters. Remedies keep these parameters: they draw only parameters that they add, and
 * their changes of the initialization are left out. So a remedy that is an initialization, or that needs weights of
 * other shapes, does not fit such a network.
 */

/** Parameters by name, row-major. */
export type FixedWeights = Readonly<Record<string, ArrayLike<number>>>;

/** Families whose remedies only change the weights. */
const REDRAW: readonly Family[] = ["initialisation", "gain", "gate bias"];

/** The reason why a remedy does not fit a network with fixed weights; null if it fits. */
export function whyNotWithFixedWeights({ family }: Remedy, spec: NetworkSpec, changed: NetworkSpec): string | null {
  if (REDRAW.includes(family)) return "it would draw or rescale the weights, but these are given";
  return keepsShapes(spec, changed) ? null : "its weights have other shapes, so the given weights would be lost";
}

/** Whether every parameter that both networks have has the same shape in both. */
function keepsShapes(spec: NetworkSpec, changed: NetworkSpec): boolean {
  const shapes = (of: NetworkSpec) =>
    new Map(parameterTable(of, { inputs: 1, outputs: 1 }).map(({ name, shape }) => [name, String(shape)]));
  const own = shapes(spec);
  return [...shapes(changed)].every(([name, shape]) => own.get(name) === undefined || own.get(name) === shape);
}

/**
 * Sets the caller's parameters in a network that has them.
 *
 * @param own whether the network is the caller's unchanged network, which must have every one of them
 * @throws EvanesceError that names a parameter that the network does not have, or that has another length
 */
export function setFixedWeights({ parameters }: Network, fixedWeights: FixedWeights, own: boolean): void {
  for (const [name, values] of Object.entries(fixedWeights)) {
    if (own || parameters.names.includes(name)) parameters.set(name, values);
  }
}
