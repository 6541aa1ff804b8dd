/*
 * A chain of dense layers: hidden ones with their norms and activations, then the readout.
 */
import { EvanesceError } from "../../base/errors.ts";
import { ACTIVATIONS, type ActivationName, type NormName } from "../../catalogue/index.ts";
import type { FeedforwardInput } from "../../spec/index.ts";
import { type ActivationPart, type DensePart, hasWeights, type NormPart, type Part, partWord } from "../parts.ts";
import { denseParameters, epsilonOf, isLossActivation, lossNote } from "./dense.ts";
import type { Assembled } from "./assembled.ts";

/** One hidden layer and what follows it up to the next. */
interface Layer {
  readonly dense: DensePart;
  norm?: NormPart;
  /** Whether the norm follows the activation. */
  normAfter?: boolean;
  activation?: ActivationPart;
  /** The rate of dropout right after its activation. */
  dropout?: number;
}

export function feedforward(parts: readonly Part[], file: string): Assembled {
  const chain = chainOf(parts);
  const layers = layersOf(chain.parts, file);
  const last = layers.at(-1)!;
  const notes: string[] = [];
  const closing = last.activation;
  const single = layers.length === 1;
  const isReadout =
    !single && last.norm === undefined && (closing === undefined || isLossActivation(closing.activation));
  const hidden = isReadout ? layers.slice(0, -1) : layers;
  if (isReadout && closing !== undefined) notes.push(lossNote(closing.activation));

  const taken = new Map<Part, string>();
  const parameters: Record<string, Float32Array> = {};
  const activations = hidden.map((layer) => known(layer.activation?.activation ?? "identity", file));
  const norms = hidden.map(normName);
  // weight norm acts on the weights, so it is neither before nor after the activation
  const sided = hidden.filter(({ norm }) => norm !== undefined);
  const position = uniform(
    sided.map((layer) => (layer.normAfter === true ? "after" : "before")),
    "norms on one side of the activation",
    file,
  );
  hidden.forEach((layer, l) => {
    Object.assign(parameters, denseParameters(layer.dense, `layers.${l}`, norms[l] === "weight"));
    taken.set(layer.dense, `layers.${l}`);
    if (layer.norm !== undefined) {
      taken.set(layer.norm, `norms.${l}`);
      if (layer.norm.weight !== undefined) parameters[`norms.${l}.weight`] = layer.norm.weight;
      if (layer.norm.bias !== undefined) parameters[`norms.${l}.bias`] = layer.norm.bias;
    }
    const slope = layer.activation?.slope;
    if (layer.activation !== undefined) taken.set(layer.activation, `activations.${l}`);
    if (slope !== undefined) {
      if (slope.length !== 1)
        throw new EvanesceError(file, "PReLU with one slope for each layer", slope.length, "name another part");
      parameters[`activations.${l}.weight`] = slope;
    }
  });
  if (isReadout) {
    Object.assign(parameters, denseParameters(last.dense, "readout"));
    taken.set(last.dense, "readout");
  }
  const { dropout = 0 } = hidden[0];
  const behindAll = dropout > 0 && hidden.every((layer) => layer.dropout === dropout && layer.normAfter !== true);
  const all = parts.flatMap((part) => (part.kind === "dropout" && part.rate > 0 ? [part.rate] : []));
  const rates = behindAll ? all.slice(hidden.length) : all;
  if (rates.length > 0) {
    notes.push(
      `Dropout (${[...new Set(rates)].join(", ")}) is left out: the pass is measured without it, as in evaluation.`,
    );
  }
  const spec: FeedforwardInput = {
    kind: "feedforward",
    inputs: layers[0].dense.inputs,
    width: oneOrList(hidden.map(({ dense }) => dense.outputs)),
    depth: hidden.length,
    activation: oneOrList(activations),
    ...epsilonOf(
      hidden.flatMap((layer) => layer.norm ?? []),
      file,
    ),
    ...(norms.every((norm) => norm === "none") ? {} : { norm: oneOrList(norms) }),
    ...(position === "after" ? { normPosition: "after" } : {}),
    ...(behindAll ? { dropout } : {}),
    ...(isReadout ? { outputs: last.dense.outputs } : {}),
  };
  return { spec, parameters, taken, notes: [...chain.notes, ...new Set(notes)] };
}

/** The dense chain alone. An embedding or a mean over steps before it is replaced by its inputs. */
function chainOf(parts: readonly Part[]): { readonly parts: readonly Part[]; readonly notes: readonly string[] } {
  const cut = parts.findLastIndex(({ kind }) => kind === "embedding" || kind === "pool") + 1;
  if (cut === 0) return { parts, notes: [] };
  const before = parts.slice(0, cut).filter((part) => hasWeights(part) || part.kind === "pool");
  const names = before.map((part) => `${part.name} (${partWord(part)})`).join(", ");
  const is = before.length === 1 ? "is" : "are";
  return {
    parts: parts.slice(cut),
    notes: [`${names} ${is} left out: inputs take the place of its output.`],
  };
}

function layersOf(parts: readonly Part[], file: string): Layer[] {
  const layers: Layer[] = [];
  for (const part of parts) {
    const layer = layers.at(-1);
    if (part.kind === "dense") {
      if (layer !== undefined && layer.dense.outputs !== part.inputs) {
        const rule = `${layer.dense.outputs} inputs, which ${layer.dense.name} gives`;
        throw new EvanesceError(
          `${file}: ${part.name}`,
          rule,
          part.inputs,
          "name a part that is one chain: --part NAME",
        );
      }
      layers.push({ dense: part });
    } else if (part.kind === "norm" && layer !== undefined && layer.norm === undefined) {
      layer.norm = part;
      layer.normAfter = layer.activation !== undefined;
    } else if (part.kind === "activation" && layer !== undefined && layer.activation === undefined) {
      layer.activation = part;
    } else if (part.kind === "dropout" && layer?.activation !== undefined && layer.normAfter !== true) {
      layer.dropout = part.rate;
    } else if (part.kind === "norm" || (part.kind === "activation" && layer !== undefined)) {
      const what = part.kind === "norm" ? `${part.norm} norm` : part.activation;
      const rule =
        layer === undefined
          ? "a chain that begins with a dense layer"
          : "at most one norm and one activation after a layer";
      throw new EvanesceError(
        `${file}: ${part.name || what}`,
        rule,
        what,
        "leave it out with --ignore, or name a part: --part NAME",
      );
    }
  }
  return layers;
}

const normName = ({ dense, norm }: Layer): NormName => norm?.norm ?? (dense.scale === undefined ? "none" : "weight");

function known(activation: string, file: string): ActivationName {
  const found = ACTIVATIONS.find((name) => name === activation);
  if (found !== undefined) return found;
  const rule = `an activation of ${ACTIVATIONS.join(", ")}`;
  throw new EvanesceError(file, rule, activation, "name a part without it: --part NAME");
}

/** One value if all layers have the same, else a list with one for each layer. */
const oneOrList = <T>(values: T[]): T | T[] => (values.every((value) => value === values[0]) ? values[0] : values);

/** The value that all of them have; undefined without values. @throws EvanesceError if they differ */
function uniform(values: readonly string[], rule: string, file: string): string | undefined {
  if (values.every((value) => value === values[0])) return values[0];
  throw new EvanesceError(file, rule, values.slice(0, 8).join(", "), "name a part that has it: --part NAME");
}
