/*
 * Groups the tensors of a state_dict by module. The kind of a layer follows from the names and shapes of its
 * parameters, or from its class if the file has a pickled module.
 */
import type { Module } from "./module.ts";
import { EvanesceError } from "../../base/errors.ts";
import type { NdArray } from "../../formats/array.ts";
import { ACTIVATIONS } from "../../catalogue/index.ts";
import { canonicalName } from "../../spec/names.ts";
import { floats, isFloat } from "../floats.ts";
import { UNQUANTIZED } from "../quantized.ts";
import { leaky } from "../leaky.ts";
import type { Part } from "../parts.ts";
import type { ModelOptions } from "../types.ts";
import { recurrentPart } from "./recurrent.ts";
import type { ModuleFacts, StateDict } from "./types.ts";

/** Parameters whose name has dots of its own. */
const LEAF = /^(.*?)\.?([^.]+)$/;

/** The modules in order: those with parameters and, from a pickled module, also those without. */
export function modulesOf({ tensors, unreadable, modules }: StateDict): Module[] {
  const found = new Map<string, { tensors: Map<string, NdArray>; unreadable: string[] }>();
  const at = (path: string) => {
    const entry = found.get(path) ?? { tensors: new Map<string, NdArray>(), unreadable: [] as string[] };
    found.set(path, entry);
    return entry;
  };
  for (const path of modules.keys()) at(path);
  for (const [name, tensor] of tensors) {
    const [, path, leaf] = LEAF.exec(name) as unknown as [string, string, string];
    at(path).tensors.set(leaf, tensor);
  }
  for (const [name, what] of unreadable) at((LEAF.exec(name) as unknown as [string, string])[1]).unreadable.push(what);
  return [...found].map(([path, each]) => {
    const facts = modules.get(path);
    return { path, ...each, ...(facts === undefined ? {} : { facts }) };
  });
}

/** The activations of torch.nn whose class has another name than here. */
const CLASSES: Readonly<Record<string, string>> = {
  LeakyReLU: "leaky_relu",
  ReLU6: "relu6",
  Hardswish: "hardswish",
  Hardsigmoid: "hardsigmoid",
  Hardtanh: "hardtanh",
  LogSoftmax: "log_softmax",
  LogSigmoid: "log_sigmoid",
};
/** Modules that compute nothing of their own, or only hold others. */
const SILENT =
  /^torch\.nn\.modules\.(container\.|linear\.Identity$|flatten\.)|^torch\.nn\.modules\.loss\.|^torch\.nn\.parallel\./;

/**
 * A module as a part; undefined for a module without parameters that computes nothing.
 * @throws EvanesceError for weights that are not finite
 */
export function partOf(module: Module, file: string, options: ModelOptions): Part | undefined {
  const { path, tensors, facts } = module;
  const where = file === "" ? path : `${file}: ${path}`;
  const shapes = Object.fromEntries([...tensors].map(([leaf, { shape }]) => [leaf, shape]));
  const foreign = (what: string): Part => ({ kind: "foreign", name: path, shapes, what });
  const type = facts?.type.split(".").at(-1) ?? "";

  if (module.unreadable.length > 0) return foreign(module.unreadable[0]);
  if ([...tensors.keys()].some((leaf) => /^weight_(ih|hh)/.test(leaf))) return recurrentPart(module, where, options);
  if (tensors.size === 0) return silentPart(path, type, facts);

  const weight = tensors.get("weight") ?? tensors.get("weight_v");
  const bias = tensors.get("bias");
  const read = (leaf: string) => floats(`${where}.${leaf}`, tensors.get(leaf)!);
  const optional = (key: string, leaf: string) => (tensors.has(leaf) ? { [key]: read(leaf) } : {});
  if (tensors.has("in_proj_weight") || tensors.has("q_proj_weight")) return foreign("attention");
  if (tensors.has("weight_orig")) return foreign("a layer with spectral norm");
  const others = [...tensors.keys()].filter((leaf) => !KNOWN.has(leaf));
  if (weight === undefined || others.length > 0) {
    if (tensors.has("running_mean") && others.length === 0)
      return normOf("batch", tensors.get("running_mean")!.shape[0]);
    return foreign([...tensors.values()].some(isFloat) ? "parameters of its own" : "counters");
  }
  if (!isFloat(weight)) return foreign(`weights of ${weight.dtype}`);
  if (weight.shape.length >= 3) return foreign(type === "" || !/Conv/.test(type) ? "a convolution" : type);
  if (weight.shape.length === 2) {
    const [outputs, inputs] = weight.shape;
    if (bias !== undefined && (bias.shape.length !== 1 || bias.shape[0] !== outputs))
      return foreign("a layer of its own");
    if (type === "Embedding" || type === "EmbeddingBag") {
      const padding = facts?.attributes.get("padding_idx");
      const pad = typeof padding === "number" ? { padding } : {};
      return { kind: "embedding", name: path, shapes, tokens: outputs, size: inputs, weight: read("weight"), ...pad };
    }
    const scaled = tensors.has("weight_v");
    const core = { kind: "dense", name: path, shapes, outputs, inputs } as const;
    return {
      ...core,
      weight: read(scaled ? "weight_v" : "weight"),
      ...optional("scale", "weight_g"),
      ...optional("bias", "bias"),
    };
  }
  if (weight.shape.length !== 1) return foreign("parameters of its own");
  const size = weight.shape[0];
  if (type === "PReLU" || (bias === undefined && size === 1 && !/norm/i.test(path))) {
    return { kind: "activation", name: path, shapes, activation: "prelu", slope: read("weight") };
  }
  if (tensors.has("running_mean") || /^BatchNorm/.test(type)) return normOf("batch", size);
  if (/GroupNorm|InstanceNorm/.test(type)) return foreign(type);
  if (bias !== undefined) return normOf("layer", size);
  return normOf(type === "LayerNorm" ? "layer" : "rms", size);

  function normOf(norm: "batch" | "layer" | "rms", width: number): Part {
    const eps = facts?.attributes.get("eps");
    const epsilon = typeof eps === "number" ? { eps } : {};
    return {
      kind: "norm",
      name: path,
      shapes,
      norm,
      size: width,
      ...optional("weight", "weight"),
      ...optional("bias", "bias"),
      ...epsilon,
    };
  }
}

const KNOWN = new Set(["weight", "bias", "weight_g", "weight_v", "running_mean", "running_var", "num_batches_tracked"]);

/** Pooling over all steps, with one output for each feature. */
const POOLS: Readonly<Record<string, "mean" | "max">> = { AdaptiveAvgPool1d: "mean", AdaptiveMaxPool1d: "max" };
const isOne = (size: unknown): boolean => size === 1 || (Array.isArray(size) && size.length === 1 && size[0] === 1);

/** A pickled module without parameters: an activation, a dropout, or nothing. */
function silentPart(path: string, type: string, facts: ModuleFacts | undefined): Part | undefined {
  if (facts === undefined || SILENT.test(facts.type) || !facts.type.startsWith("torch.nn.modules.")) return undefined;
  const common = { name: path, shapes: {} };
  if (/Dropout/.test(type)) return { kind: "dropout", ...common, rate: Number(facts.attributes.get("p") ?? 0.5) };
  if (/^torch\.nn\.modules\.activation\./.test(facts.type)) {
    const slope = facts.attributes.get("negative_slope");
    if (type === "LeakyReLU" && typeof slope === "number") return leaky(slope, path);
    const activation =
      CLASSES[type] ??
      String(
        canonicalName(
          ACTIVATIONS,
          type === "GELU" && facts.attributes.get("approximate") === "tanh" ? "gelu_tanh" : type,
        ),
      );
    return { kind: "activation", ...common, activation, ...parametersOf(activation, facts) };
  }
  const pool = POOLS[type];
  if (pool !== undefined && isOne(facts.attributes.get("output_size"))) return { kind: "pool", ...common, pool };
  if (/Pool|Upsample|Fold|Shuffle|Pad/.test(type)) return { kind: "foreign", ...common, what: type };
  if (/BatchNorm|LayerNorm|InstanceNorm|GroupNorm/.test(type))
    return { kind: "foreign", ...common, what: `${type} without parameters` };
  return { kind: "foreign", ...common, what: type };
}

/** Slopes that differ from the defaults of torch.nn.functional; only the defaults exist here. */
const USUAL: Readonly<Record<string, readonly [string, number]>> = {
  elu: ["alpha", 1],
  celu: ["alpha", 1],
  softplus: ["beta", 1],
};

function parametersOf(activation: string, { attributes }: ModuleFacts): { notes?: readonly string[] } {
  const usual = USUAL[activation];
  const value = usual === undefined ? undefined : attributes.get(usual[0]);
  if (usual === undefined || typeof value !== "number" || value === usual[1]) return {};
  return { notes: [`${activation} is computed with ${usual[0]} ${usual[1]}; the file has ${value}.`] };
}

/** @throws EvanesceError where a file holds no tensors at all */
export function requireTensors({ tensors, unreadable, modules }: StateDict, file: string): void {
  if (tensors.size + unreadable.size > 0) return;
  const quantized = [...modules.values()].some(({ type }) => type.includes(".quantized."));
  if (quantized) throw new EvanesceError(file, "a file with tensors of floats", "quantized layers", UNQUANTIZED);
  throw new EvanesceError(file, "a file with tensors", "none", "save model.state_dict()");
}
