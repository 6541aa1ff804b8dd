import type { NetworkSpec } from "../../spec/index.ts";

/** Changes of a spec as options of `rnn` and `mlp`. */

/** A JSON merge patch of a spec (RFC 7396). */
export type Patch = Readonly<Record<string, unknown>>;

/** The options of `rnn` and `mlp`, by the key of the spec that they set. */
const OPTIONS: Readonly<Record<string, string>> = {
  cell: "--cell",
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
};

/**
 * The options that make a patch: `["--cell", "gru", "--chrono", "1000"]`. A key that is removed is set to `none`. Keys
 * that no option sets are left out.
 */
export function optionsOf(patch: Patch, at = ""): string[] {
  return Object.entries(patch).flatMap(([key, value]) => {
    const path = at === "" ? key : `${at}.${key}`;
    if (typeof value === "object" && value !== null) return optionsOf(value as Patch, path);
    const option = OPTIONS[path];
    return option === undefined ? [] : [option, String(value ?? "none")];
  });
}

/**
 * The options that change a network as a patch does. Its command line may say by a list how many layers there are:
 * `--cell tanh,gru`. If an option may replace the list, the number of layers is an option as well.
 */
export function optionsFor(spec: NetworkSpec, patch: Patch): string[] {
  const mayReplaceList = "layerwise" in patch || ("cell" in patch && spec.kind === "recurrent" && spec.layers > 1);
  const layers = spec.kind === "recurrent" ? ["--layers", `${spec.layers}`] : ["--depth", `${spec.depth}`];
  return [...optionsOf(patch), ...(mayReplaceList ? layers : [])];
}
