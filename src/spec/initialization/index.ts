import { InternalError } from "../../base/errors.ts";
import { type Random, random } from "../../base/random.ts";
import { finish } from "../../base/time-slicing.ts";
import { activationFacts, residualFacts } from "../../catalogue/index.ts";
import { denseLayers } from "../dense.ts";
import type { FeedforwardSpec } from "../feedforward.ts";
import { hiddenLayerSpec, layerSpec } from "../layers.ts";
import type { NetworkSpec, RecurrentSpec } from "../index.ts";
import { nameOf, type ParameterPlace } from "../parameter-place.ts";
import { elements, type NetworkSizes, type ParameterShape, parameterTable } from "../parameters.ts";
import { readoutScale } from "../parametrization.ts";
import { hiddenBias, hiddenWeight, highwayGateValue, weightNormPair } from "./feedforward.ts";
import { fixupScales } from "./fixup.ts";
import { readoutValue } from "./readout.ts";
import { recurrentValue } from "./recurrent.ts";
import { normalInParts } from "./draws.ts";

/**
 * The initial value of every parameter by name, in the order and with the shapes of `parameterTable`.
 * Each parameter draws from its own stream, `random(seed, "init/" + name)`, so its bits do not change with another
 * layer, width or readout. The v of weight norm draws from the stream of its `weight`, so a network starts from the
 * same W with and without weight norm.
 * LSUV depends on a batch, so the caller rescales these values later.
 *
 * @param draws the source of streams: `random`, or a function that gives the same numbers
 */
export function initialize(
  spec: NetworkSpec,
  sizes: NetworkSizes,
  seed: number,
  draws: typeof random = random,
): Map<string, Float32Array> {
  return finish(initializeInParts(spec, sizes, seed, draws));
}

/** `initialize` as a generator that pauses after every parameter. */
export function* initializeInParts(
  spec: NetworkSpec,
  sizes: NetworkSizes,
  seed: number,
  draws: typeof random = random,
): Generator<void, Map<string, Float32Array>> {
  const values = new Map<string, Float32Array>();
  const scales = spec.kind === "feedforward" && residualFacts(spec.residual).scalesWeights ? fixupScales(spec) : null;
  for (const parameter of parameterTable(spec, sizes)) {
    const { name, place, role, of } = parameter;
    const stream = (called = name) => draws(seed, `init/${called}`);
    if (of === "embedding") values.set(name, yield* embeddingValue(spec as RecurrentSpec, parameter, stream()));
    else if (of === "readout") {
      values.set(name, yield* readoutValue(spec.init.readout, parameter, stream(), readoutScale(spec)));
    } else if (spec.kind === "recurrent" && (place.module === "stem" || place.module === "head")) {
      values.set(name, yield* denseValue(spec, parameter, stream()));
    } else if (spec.kind === "recurrent")
      values.set(name, yield* recurrentValue(layerSpec(spec, parameter.layer), parameter, stream()));
    else if (role === "weight_scale")
      values.set(name, new Float32Array(parameter.fanOut)); // g is set together with v, the next row
    else if (place.module === "layers" && place.part === "weight_v") {
      const weight = yield* hiddenWeight(
        hiddenLayerSpec(spec, parameter.layer),
        parameter,
        1,
        stream(nameOf({ ...place, part: "weight" })),
      );
      const { g, v } = weightNormPair(weight, parameter.fanOut, scales?.[parameter.layer] ?? 1);
      values.set(nameOf({ ...place, part: "weight_g" }), g).set(name, v);
    } else if (role === "weight") {
      values.set(
        name,
        yield* hiddenWeight(
          hiddenLayerSpec(spec, parameter.layer),
          parameter,
          scales?.[parameter.layer] ?? 1,
          stream(),
        ),
      );
    } else if (of === "weight") values.set(name, hiddenBias(hiddenLayerSpec(spec, parameter.layer), parameter, stream));
    else if (of === "gate") values.set(name, highwayGateValue(parameter, stream()));
    else
      values.set(
        name,
        new Float32Array(elements(parameter.shape)).fill(constant(hiddenLayerSpec(spec, parameter.layer), parameter)),
      );
    yield;
  }
  return values;
}

/** A parameter of a stem or head: weight and bias start like those of a readout, a norm as the identity. */
function* denseValue(spec: RecurrentSpec, parameter: ParameterShape, rng: Random): Generator<void, Float32Array> {
  const { place, role, shape } = parameter;
  if (role === "norm_scale" || role === "norm_shift") {
    return new Float32Array(elements(shape)).fill(role === "norm_scale" ? 1 : 0);
  }
  const { module, index } = place as Extract<ParameterPlace, { readonly module: "stem" | "head" }>;
  const own = denseLayers(module, spec[module], 1)[index]!;
  return yield* readoutValue(own.init, { ...parameter, role: role === "weight" ? "readout" : role }, rng);
}

/**
 * The embedding, a table of vectors [V, E]: N(0, 1), and zero for the padding token (torch.nn.Embedding). With a tied
 * readout, it starts like the readout's weight.
 */
function* embeddingValue(
  { embedding, init }: RecurrentSpec,
  parameter: ParameterShape,
  rng: Random,
): Generator<void, Float32Array> {
  const [V, E] = parameter.shape as [number, number];
  const values = embedding?.tied
    ? yield* readoutValue(init.readout, { ...parameter, role: "readout", fanIn: E, fanOut: V }, rng)
    : yield* normalInParts(V * E, 1, rng);
  const padding = embedding?.padding;
  if (padding !== undefined) values.fill(0, padding * E, (padding + 1) * E);
  return values;
}

/** Normalization starts as the identity, PReLU's slope at 0.25, a branch's multiplier at 0 (SkipInit) or 1 (Fixup). */
function constant(spec: FeedforwardSpec, { name, role }: ParameterShape): number {
  switch (role) {
    case "norm_scale":
      return 1;
    case "norm_shift":
      return 0;
    case "slope":
      return activationFacts(spec.activation).negativeSlope ?? 0;
    case "residual":
      return residualFacts(spec.residual).start ?? 1;
    default:
      throw new InternalError(`no initialization for ${name}, a ${role}`);
  }
}
