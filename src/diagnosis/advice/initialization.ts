import type { NetworkSpec } from "../../spec/index.ts";
import { inGroup, isBias, isRecurrentWeight } from "../../spec/parameter-groups.ts";
import { layersUnder, uniformSpecs } from "../../spec/uniform.ts";
import type { Cause } from "../types.ts";
import type { Patch } from "./patches.ts";
import { zeroBiases } from "./rules.ts";

/**
 * The change of a spec for a tensor at fault that the spec's own initialization makes so: by zeros, by a gain, or by
 * biases. Null if the initialization is not the reason; then the tensor itself was changed or read from a file.
 */
export function initializationPatch(spec: NetworkSpec, { factor, tensor, nats }: Cause): Patch | null {
  const ofTensors = (name: string) =>
    Object.assign({}, ...uniformSpecs(spec).map((each) => ofTensor(spec, each, name)));
  const init = factor === "readout-scale" ? ofReadout(spec, nats) : tensor === undefined ? {} : ofTensors(tensor);
  if (Object.keys(init).length === 0) return null;
  return { init, ...layersUnder(spec, { init }) };
}

/** A readout at zero makes no large output; PyTorch's initialization makes no small one. */
function ofReadout({ init }: NetworkSpec, nats: number): Patch {
  const readout = nats < 0 ? "pytorch" : "zeros";
  return init.readout === readout ? {} : { readout };
}

/** @param like a network all of whose layers are like one layer of `spec` */
function ofTensor(spec: NetworkSpec, like: NetworkSpec, tensor: string): Patch {
  if (inGroup(spec, isBias)(tensor)) return zeroBiases(like.init);
  if (like.kind === "feedforward") {
    const { weight, gain, sigmaW = 1 } = like.init;
    return {
      ...(weight === "zeros" ? { weight: "lecun_normal" } : {}),
      ...(gain === 1 ? {} : { gain: 1 }),
      ...(sigmaW === 1 ? {} : { sigmaW: 1 }),
    };
  }
  const { recurrent, gain, input, inputGain } = like.init;
  return inGroup(spec, isRecurrentWeight)(tensor)
    ? { ...(recurrent === "zeros" ? { recurrent: "orthogonal" } : {}), ...(gain === 1 ? {} : { gain: 1 }) }
    : { ...(input === "zeros" ? { input: "xavier_uniform" } : {}), ...(inputGain === 1 ? {} : { inputGain: 1 }) };
}
