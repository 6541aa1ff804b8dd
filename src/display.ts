/** Flows display themselves in a notebook, under the symbol that Deno's Jupyter kernel looks for. */
import { diagnose } from "./diagnosis/index.ts";
import type { GradientFlow } from "./flow/index.ts";
import { propagate as measure, propagateAsync as measureAsync, type PropagateInput } from "./measure/propagate.ts";
import { type AsyncOptions, createNetwork as create, type Network, type NetworkOptions } from "./network/create.ts";
import type { NetworkInput } from "./spec/index.ts";

/** Deno calls the method of this name for the last value of a cell and shows the richest format that it returns. */
const DISPLAY = Symbol.for("Jupyter.display");

/**
 * Gives a flow a method that shows it: the verdict and the profile as HTML, the report as text. The method is not
 * enumerable: copies, JSON and `structuredClone` leave it out, and the flow stays plain data.
 */
function displayed(flow: GradientFlow): GradientFlow {
  const value = async () => {
    const { flowDisplay } = await import("./report/flow/display.ts");
    return flowDisplay(flow, diagnose(flow));
  };
  return Object.defineProperty(flow, DISPLAY, { value, configurable: true });
}

/**
 * Runs one forward and backward pass of a new network over one batch and returns the measurements of its gradient.
 *
 * @throws EvanesceError naming the field that breaks a rule, the value got and the remedy
 */
export const propagate = (input: PropagateInput): GradientFlow => displayed(measure(input));

/**
 * `propagate` without blocking the event loop, over `threads` workers where the pass can be split. The bits are the
 * same for any number of workers.
 *
 * @throws EvanesceError as `propagate` does; the signal's reason where it aborts
 */
export const propagateAsync = async (input: PropagateInput & AsyncOptions): Promise<GradientFlow> =>
  displayed(await measureAsync(input));

/** @throws EvanesceError naming the field, the value got and the remedy */
export function createNetwork(input: NetworkInput, options: NetworkOptions = {}): Network {
  const network = create(input, options);
  network.on("pass", ({ flow }) => displayed(flow));
  return network;
}
