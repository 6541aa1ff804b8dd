import { ACTIVATION_TABLE, LOSS_TABLE, NORM_TABLE, RESIDUAL_TABLE } from "../catalogue/index.ts";

/*
 * Names of initializations, in canonical spelling (that of `torch.nn.init`), and the other spellings that are
 * understood. The catalogue has the names of cells, activations, norms, skip paths and losses.
 * Case, spaces, `-` and `_` never matter: "Leaky ReLU" is `leaky_relu`.
 */

export const WEIGHT_INITS = [
  "pytorch",
  "xavier_uniform",
  "xavier_normal",
  "he_uniform",
  "he_normal",
  "lecun_uniform",
  "lecun_normal",
  "gaussian",
  "uniform",
  "normal",
  "truncated_normal",
  "orthogonal",
  "identity",
  "constant",
  "zeros",
] as const;
export type WeightInit = (typeof WEIGHT_INITS)[number];

/** Laws with variance c/fan_in, which μP needs; zeros have no scale. */
export const FAN_IN_LAWS: readonly WeightInit[] = [
  "pytorch",
  "he_uniform",
  "he_normal",
  "lecun_uniform",
  "lecun_normal",
  "gaussian",
  "zeros",
];

const ALIASES: Record<string, string> = {
  ...aliasesOf(ACTIVATION_TABLE),
  ...aliasesOf(NORM_TABLE),
  ...aliasesOf(RESIDUAL_TABLE),
  ...aliasesOf(LOSS_TABLE),
  irnn: "identity",
  randomuniform: "uniform",
  randomnormal: "normal",
  truncnormal: "truncated_normal",
  ones: "constant",
  default: "pytorch",
  uniform: "pytorch",
  torch: "pytorch",
  glorotuniform: "xavier_uniform",
  glorotnormal: "xavier_normal",
  kaiminguniform: "he_uniform",
  kaimingnormal: "he_normal",
  lecun: "lecun_normal",
  normal: "gaussian",
  eye: "identity",
  zero: "zeros",
};

/** The aliases of a table, each with its canonical name. */
function aliasesOf(table: Readonly<Record<string, { readonly aliases?: readonly string[] }>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(table).flatMap(([name, { aliases = [] }]) => aliases.map((alias) => [alias, name])),
  );
}

const squeeze = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/**
 * The canonical spelling of `value` if `names` contains it in any spelling; otherwise `value` itself, which the schema
 * then refuses.
 */
export function canonicalName(names: readonly string[], value: unknown): unknown {
  if (typeof value !== "string") return value;
  const plain = squeeze(value);
  const direct = names.find((name) => squeeze(name) === plain);
  if (direct !== undefined) return direct;
  const alias = ALIASES[plain];
  return alias !== undefined && names.includes(alias) ? alias : value;
}
