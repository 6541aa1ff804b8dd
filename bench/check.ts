import type { Network } from "../src/network/create.ts";
import type { Tensor } from "../test/oracle/tensor.ts";
import { relativeError } from "./measure.ts";

/** A network's parameters as the float64 oracle takes them. */
export const exactParameters = (network: Network) =>
  Object.fromEntries(
    network.parameters.names.map((name) => [
      name,
      { shape: [...network.parameters.shape(name)], data: Float64Array.from(network.parameters.get(name)) },
    ]),
  );

/** The largest relative error of any gradient. @throws Error where it is above 1e-4 */
export function worstError(
  network: Network,
  { gradients }: { readonly gradients: Readonly<Record<string, Tensor>> },
): number {
  const worst = Math.max(
    ...network.parameters.names.map((name) => relativeError(network.gradients.get(name), gradients[name].data)),
  );
  if (!(worst < 1e-4)) throw new Error(`${network.spec.kind} gradients are wrong: relative error ${worst}`);
  return worst;
}
