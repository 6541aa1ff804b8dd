import type { NetworkSpec } from "../../spec/index.ts";

/** Changes of a spec as options of `rnn` and `mlp`. */

/** A JSON merge patch of a spec (RFC 7396). */
export type Patch = Readonly<Record<string, unknown>>;

/** The options of `rnn` and `mlp`, by the key of the spec that they set. */
const OPTIONS: Readonly<Record<string, string>> = {
  cell: "--cell",
  hidden: "--hidden",
  width: "--width",
  layers: "--layers",
  depth: "--depth",
  norm: "--norm",
  normPosition: "--norm-position",
  residual: "--residual",
  blockLayers: "--block-layers",
  activation: "--activation",
  activationPosition: "--activation-position",
  dilation: "--dilation",
  timeSkip: "--time-skip",
  constraint: "--constraint",
  "init.recurrent": "--init",
  "init.weight": "--init",
  "init.input": "--input-init",
  "init.readout": "--readout-init",
  "init.gain": "--gain",
  "init.inputGain": "--input-gain",
  "init.biasStd": "--bias-std",
  "init.sigmaW": "--sigma-w",
  "init.sigmaB": "--sigma-b",
  "init.forgetBias": "--forget-bias",
  "init.chrono": "--chrono",
  "init.lsuv": "--lsuv",
};

/**
 * The options that make a patch: `["--cell", "gru", "--chrono", "1000"]`. A key that is removed is set to `none`. Keys
 * that no option sets are left out.
 */
export function optionsOf(patch: Patch, at = ""): string[] {
  return Object.entries(patch).flatMap(([key, value]) => {
    const path = at === "" ? key : `${at}.${key}`;
    const option = OPTIONS[path];
    if (option === undefined) return isRecord(value) ? optionsOf(value, path) : [];
    if (typeof value === "boolean") return value ? [option] : [];
    // a skip over time: its steps and its scale
    return [option, isRecord(value) ? Object.values(value).join(",") : String(value ?? "none")];
  });
}

const isRecord = (value: unknown): value is Patch =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The options that change a network as a patch does. Its command line may say by a list how many layers there are:
 * `--cell tanh,gru`. If an option may replace the list, the number of layers is an option as well.
 */
export function optionsFor(spec: NetworkSpec, patch: Patch): string[] {
  const mayReplaceList = "layerwise" in patch || ("cell" in patch && spec.kind === "recurrent" && spec.layers > 1);
  const layers = spec.kind === "recurrent" ? ["--layers", `${spec.layers}`] : ["--depth", `${spec.depth}`];
  return [...optionsOf(patch), ...(mayReplaceList ? layers : [])];
}
