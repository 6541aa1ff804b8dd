import { requireKnown, requireObject } from "../../base/options-check.ts";
import { createNetwork, GRADIENTS_ONLY, type Network } from "../../network/create.ts";
import { type Jacobians, type JacobiansInput, networkJacobians } from "../../network/jacobians/index.ts";
import { prepareIn } from "./propagate.ts";
import { finish } from "../../base/time-slicing.ts";
import { parseSpec } from "../../spec/index.ts";
import { prepareTaskIn, type Tasks } from "../../tasks/registry.ts";

/** `jacobiansInParts` for these tasks. */
export function* jacobiansIn(tasks: Tasks, input: JacobiansInput): Generator<number, Jacobians> {
  const { network, data, owned } = resolve(tasks, input);
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
function resolve(tasks: Tasks, input: JacobiansInput) {
  requireObject("jacobians", input, 'start from { network: { kind: "recurrent" } }');
  requireKnown("jacobians", input, Object.keys(KEYS));
  requireObject("jacobians.network", input.network, "give a spec or a network");
  const { batch: size, data } = input;
  if ("parameters" in input.network) {
    const network: Network = input.network;
    const { kind } = network.spec;
    const task = input.task ?? (kind === "recurrent" ? "adding" : "gaussian");
    const seed = input.seed ?? network.seed;
    return {
      network,
      data: data ?? finish(prepareTaskIn(tasks, task, kind))({ batch: size ?? 32, seed }),
      owned: false,
    };
  }
  if (data === undefined) {
    const { network, batch } = finish(prepareIn(tasks, { ...input, network: input.network }));
    return { network, data: batch, owned: true };
  }
  const spec = parseSpec(input.network);
  const inputs = "inputSize" in data ? data.inputSize : spec.inputs;
  const { seed, memoryLimit, engine } = input;
  return { network: createNetwork(spec, { seed, inputs, outputs: null, memoryLimit, engine }), data, owned: true };
}
