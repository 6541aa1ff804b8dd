import { requireKnown, requireObject } from "../base/options-check.ts";
import { createNetwork, GRADIENTS_ONLY, type Network } from "../network/create.ts";
import { type Jacobians, type JacobiansInput, networkJacobians } from "../network/jacobians/index.ts";
import { prepare } from "./propagate.ts";
import { inTurns, type TurnOptions } from "../base/cooperative-work.ts";
import { finish } from "../base/time-slicing.ts";
import { parseSpec } from "../spec/index.ts";
import { resolveTask } from "../tasks/index.ts";

export type * from "../network/jacobians/types.ts";

/**
 * Computes singular values of ∂h_T/∂h_t or ∂h_L/∂h_0, Lyapunov exponents, and numbers of W_hh that bound its powers,
 * along the trajectory of one sample or several.
 *
 * @throws EvanesceError naming the option that breaks a rule, the value got and the remedy
 */
export function jacobians(input: JacobiansInput): Jacobians {
  return finish(jacobiansInParts(input));
}

/**
 * `jacobians` without blocking the event loop: hundreds of directions in float64 over a thousand steps take seconds.
 *
 * @param options `signal` stops it between two steps, `onProgress` gets the share done
 * @throws EvanesceError as `jacobians` does; the signal's reason where it aborts
 */
export async function jacobiansAsync(input: JacobiansInput, options: TurnOptions = {}): Promise<Jacobians> {
  return inTurns(jacobiansInParts(input), options);
}

/** `jacobians` in parts, for hosts that report progress or stop the work: yields the share done, returns the result. */
export function* jacobiansInParts(input: JacobiansInput): Generator<number, Jacobians> {
  const { network, data, owned } = resolve(input);
  try {
    const { spec } = network;
    // layer-sequential initialization happens on the first pass
    if (owned && spec.kind === "feedforward" && spec.init.lsuv) {
      network.propagate(data, GRADIENTS_ONLY);
    }
    return yield* networkJacobians(network, data, input);
  } finally {
    if (owned) network.dispose();
  }
}

/** A new option is added here too, or this does not compile. */
const KEYS = {
  network: true,
  task: true,
  data: true,
  batch: true,
  seed: true,
  sample: true,
  window: true,
  lyapunov: true,
  weights: true,
  layer: true,
  reverse: true,
  memoryLimit: true,
  engine: true,
} satisfies Record<keyof JacobiansInput, true>;

/** The network and its batch; `owned` if it was created here. */
function resolve(input: JacobiansInput) {
  requireObject("jacobians", input, 'start from { network: { kind: "recurrent" } }');
  requireKnown("jacobians", input, Object.keys(KEYS));
  requireObject("jacobians.network", input.network, "give a spec or a network");
  const { batch: size, data } = input;
  if ("parameters" in input.network) {
    const network: Network = input.network;
    const { kind } = network.spec;
    const task = input.task ?? (kind === "recurrent" ? "adding" : "gaussian");
    const seed = input.seed ?? network.seed;
    return { network, data: data ?? resolveTask(task, { batch: size ?? 32, seed, kind }), owned: false };
  }
  if (data === undefined) {
    const { network, batch } = prepare({ ...input, network: input.network });
    return { network, data: batch, owned: true };
  }
  const spec = parseSpec(input.network);
  const inputs = "inputSize" in data ? data.inputSize : spec.inputs;
  const { seed, memoryLimit, engine } = input;
  return { network: createNetwork(spec, { seed, inputs, outputs: null, memoryLimit, engine }), data, owned: true };
}
