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
  constraint: "--constraint",
  "init.recurrent": "--init",
  "init.weight": "--init",
  "init.input": "--input-init",
  "init.readout": "--readout-init",
  "init.gain": "--gain",
  "init.inputGain": "--input-gain",
  "init.biasStd": "--bias-std",
  "init.forgetBias": "--forget-bias",
  "init.chrono": "--chrono",
};

/** The options that make a patch: `["--cell", "gru", "--chrono", "1000"]`. Keys that no option sets are left out. */
export function optionsOf(patch: Patch, at = ""): string[] {
  return Object.entries(patch).flatMap(([key, value]) => {
    const path = at === "" ? key : `${at}.${key}`;
    if (typeof value === "object" && value !== null) return optionsOf(value as Patch, path);
    const option = OPTIONS[path];
    return option === undefined || value === null ? [] : [option, String(value)];
  });
}
