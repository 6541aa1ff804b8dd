import { finish } from "../base/time-slicing.ts";
import { requireKnown, requireObject, requireSeed } from "../base/options-check.ts";
import { EvanesceError } from "../base/errors.ts";
import { FeedforwardNetwork } from "./feedforward.ts";
import { RecurrentNetwork } from "./recurrent.ts";
import type { Network, NetworkOptions } from "./types.ts";
import { type NetworkInput, type NetworkSpec, parseSpec } from "../spec/index.ts";
import { initializeInParts } from "../spec/initialization/index.ts";
import type { NetworkSizes } from "../spec/parameters.ts";
import { memoryOf, requireRoom } from "./room.ts";

export type { NetworkEvents, NetworkListener } from "./events.ts";
export type { OwnArrays } from "./own-arrays.ts";
export {
  type GradientStore,
  GRADIENTS_ONLY,
  ASYNC_KEYS,
  type AsyncOptions,
  MEASURE_KEYS,
  type MeasureOptions,
  type Network,
  type NetworkOptions,
  type ParameterStore,
} from "./types.ts";

/** Every option of `NetworkOptions`; a missing one is a type error. */
const OPTIONS = {
  seed: true,
  inputs: true,
  outputs: true,
  kept: true,
  memoryLimit: true,
  engine: true,
} satisfies Record<keyof NetworkOptions, true>;

/**
 * Creates a network from a spec. Its parameters are initialized from the seed; its memory is reserved at the first
 * pass.
 * @throws EvanesceError naming the field that breaks a rule
 */
export function createNetwork(input: NetworkInput, options: NetworkOptions = {}): Network {
  return finish(createNetworkInParts(input, options));
}

/** `createNetwork` with a pause after every parameter that is initialized. */
export function* createNetworkInParts(input: NetworkInput, options: NetworkOptions = {}): Generator<void, Network> {
  requireObject("createNetwork", options, "give { seed } or leave it out");
  requireKnown("createNetwork", options, Object.keys(OPTIONS));
  requireSeed("seed", options.seed);
  const { memoryLimit: limit } = memoryOf(options);
  const spec = parseSpec(input);
  const sizes = resolveSizes(spec, options);
  requireRoom(spec, sizes, limit);
  const initial = yield* initializeInParts(spec, sizes, options.seed ?? 0);
  return spec.kind === "recurrent"
    ? new RecurrentNetwork(spec, sizes, options, initial)
    : new FeedforwardNetwork(spec, sizes, options, initial);
}

/** @throws EvanesceError for a value that is not a network */
export function requireNetwork(where: string, network: unknown): void {
  if (network instanceof RecurrentNetwork || network instanceof FeedforwardNetwork) return;
  throw new EvanesceError(where, "a network", network, "give the result of createNetwork");
}

function resolveSizes(spec: NetworkSpec, options: NetworkOptions): NetworkSizes {
  const inputs = spec.inputs ?? options.inputs;
  if (inputs === undefined) {
    throw new EvanesceError("network.inputs", "a whole number ≥ 1", undefined, "set inputs, or take them from a task");
  }
  const outputs = spec.outputs ?? options.outputs ?? null;
  for (const [key, size] of Object.entries({ inputs, outputs })) {
    if (size === null || (Number.isSafeInteger(size) && size >= 1)) continue;
    throw new EvanesceError(key, "a whole number ≥ 1", size, "give the width of the data");
  }
  return { inputs, outputs };
}
