/**
 * Every name a spec may use, in one place: canonical spelling (that of `torch.nn.functional` or `torch.nn.init`) and
 * the other spellings that are understood. Case, spaces, `-` and `_` never matter: "Leaky ReLU" is `leaky_relu`.
 */
export const ACTIVATIONS = [
  "identity",
  "sigmoid",
  "tanh",
  "hardtanh",
  "hardsigmoid",
  "softsign",
  "relu",
  "leaky_relu",
  "prelu",
  "elu",
  "selu",
  "celu",
  "gelu",
  "gelu_tanh",
  "silu",
  "mish",
  "softplus",
  "erf",
  "sine",
  "hardswish",
  "relu6",
] as const;
export type ActivationName = (typeof ACTIVATIONS)[number];

/** Elman cells are named by their activation. */
export const ELMAN_CELLS = ["tanh", "relu", "sigmoid", "identity", "leaky_relu", "hardtanh", "softsign"] as const;
export const GATED_CELLS = ["lstm", "gru"] as const;
/** Cells PyTorch does not have; their equations and sources stand in cells.ts. */
export const OTHER_CELLS = [
  "lstm_peephole",
  "lstm_coupled",
  "mgu",
  "ugrnn",
  "minimal_rnn",
  "leaky",
  "leaky_learned",
  "residual",
  "antisymmetric",
  "indrnn",
  "diagonal",
] as const;
export const CELLS = [...ELMAN_CELLS, ...GATED_CELLS, ...OTHER_CELLS] as const;
export type ElmanCellName = (typeof ELMAN_CELLS)[number];
export type CellName = (typeof CELLS)[number];

export const isElmanCell = (cell: CellName): cell is ElmanCellName => (ELMAN_CELLS as readonly string[]).includes(cell);

export const WEIGHT_INITS = [
  "pytorch",
  "xavier_uniform",
  "xavier_normal",
  "he_uniform",
  "he_normal",
  "lecun_uniform",
  "lecun_normal",
  "gaussian",
  "orthogonal",
  "identity",
  "zeros",
] as const;
export type WeightInit = (typeof WEIGHT_INITS)[number];

export const NORMS = ["none", "batch", "layer", "rms", "weight"] as const;
export type NormName = (typeof NORMS)[number];

export const RESIDUALS = ["none", "identity", "scaled", "fixup", "skipinit", "highway", "dense"] as const;
export type ResidualName = (typeof RESIDUALS)[number];

export const LOSSES = ["mse", "cross_entropy", "binary_cross_entropy", "hinge", "none"] as const;
export type LossName = (typeof LOSSES)[number];

const ALIASES: Record<string, string> = {
  linear: "identity",
  swish: "silu",
  sin: "sine",
  geluerf: "gelu",
  lrelu: "leaky_relu",
  irnn: "identity",
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
  rezero: "skipinit",
  batchnorm: "batch",
  layernorm: "layer",
  rmsnorm: "rms",
  weightnorm: "weight",
  meansquarederror: "mse",
  ce: "cross_entropy",
  bce: "binary_cross_entropy",
};

const squeeze = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/**
 * `value` in its canonical spelling if `names` holds it under any spelling; otherwise `value` itself, for the schema to
 * refuse.
 */
export function canonicalName(names: readonly string[], value: unknown): unknown {
  if (typeof value !== "string") return value;
  const plain = squeeze(value);
  const direct = names.find((name) => squeeze(name) === plain);
  if (direct !== undefined) return direct;
  const alias = ALIASES[plain];
  return alias !== undefined && names.includes(alias) ? alias : value;
}
