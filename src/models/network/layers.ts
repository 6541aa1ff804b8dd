/*
 * Dense layers before and after a recurrent stack: parts in a row become layers of W x + b, layer norm and φ. A norm
 * or an
 * activation that follows no dense layer gets one whose weight is the identity.
 */
import { ACTIVATIONS, activationFacts, type ActivationName } from "../../catalogue/index.ts";
import type { ActivationPart, DensePart, DropoutPart, NormPart, Part } from "../parts.ts";
import { denseParameters, epsilonOf } from "./dense.ts";

/** One layer of a stem or a head. */
export interface DenseLayer {
  /** Its inputs and units; they are the same for a layer that is only a norm or an activation. */
  readonly inputs: number;
  readonly width: number;
  readonly dense?: DensePart;
  norm?: NormPart;
  activation?: ActivationPart;
  /** Dropout after its activation. */
  dropout?: DropoutPart;
}

/** Whether a stem's or head's layer may have this φ: one of ours, without a parameter. */
const isPlain = ({ activation }: ActivationPart): boolean =>
  (ACTIVATIONS as readonly string[]).includes(activation) &&
  activationFacts(activation as ActivationName).learnedSlope !== true;

/**
 * The layers of these parts, on `inputs` numbers; parts that change no number are skipped.
 * @returns the first part that fits no such layer, instead of the layers
 */
export function layersOf(parts: readonly Part[], inputs: number): DenseLayer[] | Part {
  const layers: DenseLayer[] = [];
  let width = inputs;
  const open = (taken: (layer: DenseLayer) => boolean): DenseLayer => {
    const last = layers.at(-1);
    if (last !== undefined && !taken(last)) return last;
    layers.push({ inputs: width, width });
    return layers.at(-1)!;
  };
  for (const part of parts) {
    if (part.kind === "dense" && part.inputs === width) {
      width = part.outputs;
      layers.push({ inputs: part.inputs, width, dense: part });
    } else if (part.kind === "norm" && part.norm === "layer" && part.size === width) {
      open(({ norm, activation }) => norm !== undefined || activation !== undefined).norm = part;
    } else if (part.kind === "activation" && (isPlain(part) || (part === parts.at(-1) && isLogits(part)))) {
      open(({ activation }) => activation !== undefined).activation = part;
    } else if (part.kind === "dropout" && isBehind(part, layers.at(-1))) {
      layers.at(-1)!.dropout = part;
    } else if (!["dropout", "mask", "foreign"].includes(part.kind)) return part;
  }
  return layers;
}

/** Whether it is the first dropout after a layer's activation, and is drawn again at every step. */
const isBehind = ({ rate, wholeSequence }: DropoutPart, layer: DenseLayer | undefined): boolean =>
  rate > 0 && !wholeSequence && layer?.activation !== undefined && layer.dropout === undefined;

/** A step from logits to probabilities, which the loss includes. */
const isLogits = ({ activation }: ActivationPart): boolean => /softmax|log_sigmoid/.test(activation);

/** A run of layers as a part of a spec, and its parameters under `name`: `stem`, `head`. */
export function runOfLayers(layers: readonly DenseLayer[], name: "stem" | "head", file: string) {
  const parameters: Record<string, Float32Array> = {};
  const taken = new Map<Part, string>();
  const notes: string[] = [];
  layers.forEach(({ dense, norm, activation, dropout, width }, k) => {
    const own = `${name}.${k}`;
    if (dense === undefined) {
      parameters[`${own}.weight`] = identity(width);
      parameters[`${own}.bias`] = new Float32Array(width);
      const what = norm === undefined ? activation!.activation : `layer norm ${norm.name}`;
      notes.push(`The ${what} is computed as ${own}, a dense layer whose weight is the identity.`);
    } else {
      Object.assign(parameters, denseParameters(dense, own));
      taken.set(dense, own);
    }
    if (norm !== undefined) {
      taken.set(norm, `${own}.norm`);
      if (norm.weight !== undefined) parameters[`${own}.norm.weight`] = norm.weight;
      if (norm.bias !== undefined) parameters[`${own}.norm.bias`] = norm.bias;
    }
    if (activation !== undefined) taken.set(activation, own);
    if (dropout !== undefined) taken.set(dropout, own);
  });
  const each = <Value>(values: readonly Value[]): Value | Value[] =>
    values.every((value) => value === values[0]) ? values[0]! : [...values];
  const spec = {
    width: layers.map(({ width }) => width),
    activation: each(layers.map(({ activation }) => activation?.activation ?? "identity")),
    ...(layers.some(({ norm }) => norm !== undefined)
      ? {
          ...epsilonOf(
            layers.flatMap(({ norm }) => norm ?? []),
            file,
          ),
          norm: each(layers.map(({ norm }) => (norm === undefined ? ("none" as const) : ("layer" as const)))),
        }
      : {}),
    ...(layers.some(({ dropout }) => dropout !== undefined)
      ? { dropout: each(layers.map(({ dropout }) => dropout?.rate ?? 0)) }
      : {}),
  };
  return { spec, parameters, taken, notes };
}

function identity(width: number): Float32Array {
  const matrix = new Float32Array(width * width);
  for (let i = 0; i < width; i++) matrix[i * width + i] = 1;
  return matrix;
}
