import type { CellName, ElmanCellName } from "../spec/names.ts";
import type { RecurrentSpec } from "../spec/recurrent.ts";
import { ACTIVATION_KIND, CELL_KIND } from "./generated/kinds.ts";

/** One slab of the product a cell's forward step begins with. */
export interface ForwardSlab {
  /** The gate, in PyTorch's order, whose rows these are. */
  readonly gate: number;
  /**
   * What the rows multiply: x and h side by side, or one of them where the cell needs both products apart, or the inner
   * operand and h.
   */
  readonly of: "both" | "input" | "hidden" | "inner";
}

/**
 * How the host lays out a cell's weights for `assembly/cells/`. A slab is the rows of one gate, padded to whole tiles
 * of four. Adding a cell is one file there and one row here.
 */
export interface CellLayout {
  /** The number `assembly/cells/index.ts` knows it by. */
  readonly kind: number;
  /** φ of the cell, where it has one to choose. */
  readonly activation: (spec: RecurrentSpec) => ElmanCellName;
  /** Slabs of state handed from step to step: h, then c. */
  readonly stateSlabs: number;
  /** Slabs a step keeps for the backward pass. */
  readonly tapeSlabs: number;
  /** What a step hands back past the weights: nothing, a gradient of h, or a gradient of c. */
  readonly direct: "none" | "hidden" | "cell";
  /** Whether the way through the weights begins with φ' alone, so that the ledger tells `gate` from `weights`. */
  readonly gated: boolean;
  /** The slab of the tape where the gate on the direct route stands, where it has one whose mean is worth telling. */
  readonly forgetAt?: number;
  /** The slab of the tape where ∂h/∂c stands, where there is a cell state. */
  readonly sensitivityAt?: number;
  /** The slab of ∂L/∂a where φ' ⊙ δ stands; 0 where left out. */
  readonly gatedAt?: number;
  /** The forward product, slab by slab: those of both operands first. */
  readonly forward: readonly ForwardSlab[];
  /**
   * Slabs of ∂L/∂a, the vectors' own gradients last, and for the products with W_ih and W_hh the gate each of their
   * slabs belongs to.
   */
  readonly deltaSlabs: number;
  readonly inputGates: readonly number[];
  /** Empty where no matrix leads from h to h. */
  readonly hiddenGates: readonly number[];
  /** The slab of ∂L/∂a where the hidden gates begin. */
  readonly hiddenAt: number;
  /** Where there is a matrix inside the step: the slab of the tape where its operand stands. */
  readonly innerAt?: number;
  /**
   * Vectors the core multiplies by, a number a unit or one for all, from the cell's learned ones, each block [H] of
   * those on its own.
   */
  readonly vectors: (spec: RecurrentSpec, learned: readonly Float64Array[]) => readonly (ArrayLike<number> | number)[];
  /** How many those are. */
  readonly vectorSlabs: number;
  /** The slab of ∂L/∂a where the gradients of the learned ones begin. */
  readonly vectorAt: number;
  /**
   * W_hh as the step uses it, and the parameter's gradient from that one's; the same where left out. `[H, H]`
   * row-major.
   */
  readonly recurrence?: {
    readonly forward: (W: Float32Array, H: number, spec: RecurrentSpec) => Float32Array;
    readonly backward: (G: Float64Array, H: number) => Float64Array;
  };
}

const both = (...gates: number[]): ForwardSlab[] => gates.map((gate) => ({ gate, of: "both" }));

const NONE: Pick<CellLayout, "activation" | "vectors" | "vectorSlabs" | "vectorAt"> = {
  activation: () => "identity",
  vectors: () => [],
  vectorSlabs: 0,
  vectorAt: 0,
};

const elman = (activation: ElmanCellName): CellLayout => ({
  ...NONE,
  kind: CELL_KIND.elman,
  activation: () => activation,
  stateSlabs: 1,
  tapeSlabs: 1,
  direct: "none",
  gated: true,
  forward: both(0),
  deltaSlabs: 1,
  inputGates: [0],
  hiddenGates: [0],
  hiddenAt: 0,
});

/** gates i, f, g, o */
const lstm: CellLayout = {
  ...NONE,
  kind: CELL_KIND.lstm,
  stateSlabs: 2,
  tapeSlabs: 6,
  direct: "cell",
  gated: false,
  forgetAt: 4,
  sensitivityAt: 5,
  forward: both(0, 1, 2, 3),
  deltaSlabs: 4,
  inputGates: [0, 1, 2, 3],
  hiddenGates: [0, 1, 2, 3],
  hiddenAt: 0,
};

/** h ← κ h + λ φ(a), vectors κ and λ */
const leaky = (vectors: CellLayout["vectors"]): CellLayout => ({
  ...elman("tanh"),
  kind: CELL_KIND.leaky,
  activation: ({ cellOptions }) => cellOptions.activation,
  tapeSlabs: 2,
  direct: "hidden",
  deltaSlabs: 2,
  vectors,
  vectorSlabs: 2,
  vectorAt: 1,
});

/** h ← φ(W x + u h), vector u */
const independent = (activation: CellLayout["activation"]): CellLayout => ({
  ...elman("tanh"),
  kind: CELL_KIND.independent,
  activation,
  forward: [{ gate: 0, of: "input" }],
  deltaSlabs: 2,
  hiddenGates: [],
  vectors: (_, learned) => learned,
  vectorSlabs: 1,
  vectorAt: 1,
});

export const CELL_LAYOUTS: Readonly<Record<CellName, CellLayout>> = {
  tanh: elman("tanh"),
  relu: elman("relu"),
  sigmoid: elman("sigmoid"),
  identity: elman("identity"),
  leaky_relu: elman("leaky_relu"),
  hardtanh: elman("hardtanh"),
  softsign: elman("softsign"),
  lstm,
  // gates r, z, n; ∂a in the order n_x, r, z, n_h
  gru: {
    ...NONE,
    kind: CELL_KIND.gru,
    stateSlabs: 1,
    tapeSlabs: 5,
    direct: "hidden",
    gated: false,
    forgetAt: 4,
    forward: [...both(0, 1), { gate: 2, of: "input" }, { gate: 2, of: "hidden" }],
    deltaSlabs: 4,
    inputGates: [2, 0, 1],
    hiddenGates: [0, 1, 2],
    hiddenAt: 1,
  },
  lstm_peephole: {
    ...lstm,
    kind: CELL_KIND.peephole,
    tapeSlabs: 7,
    deltaSlabs: 7,
    vectors: (_, learned) => learned,
    vectorSlabs: 3,
    vectorAt: 4,
  },
  // gates f, g, o
  lstm_coupled: {
    ...lstm,
    kind: CELL_KIND.coupled,
    tapeSlabs: 5,
    forgetAt: 3,
    sensitivityAt: 4,
    forward: both(0, 1, 2),
    deltaSlabs: 3,
    inputGates: [0, 1, 2],
    hiddenGates: [0, 1, 2],
  },
  // gates f, n; ∂a in the order n_x, f, n_h
  mgu: {
    ...NONE,
    kind: CELL_KIND.mgu,
    stateSlabs: 1,
    tapeSlabs: 5,
    direct: "hidden",
    gated: false,
    forgetAt: 4,
    forward: [...both(0), { gate: 1, of: "input" }, { gate: 1, of: "hidden" }],
    deltaSlabs: 3,
    inputGates: [1, 0],
    hiddenGates: [0, 1],
    hiddenAt: 1,
  },
  // gates u, n
  ugrnn: {
    ...NONE,
    kind: CELL_KIND.ugrnn,
    stateSlabs: 1,
    tapeSlabs: 3,
    direct: "hidden",
    gated: false,
    forgetAt: 2,
    forward: both(0, 1),
    deltaSlabs: 2,
    inputGates: [0, 1],
    hiddenGates: [0, 1],
    hiddenAt: 0,
  },
  // ∂a in the order z, u
  minimal_rnn: {
    ...NONE,
    activation: () => "tanh",
    kind: CELL_KIND.minimal,
    stateSlabs: 1,
    tapeSlabs: 5,
    direct: "hidden",
    gated: false,
    forgetAt: 4,
    forward: [
      { gate: 0, of: "input" },
      { gate: 0, of: "inner" },
    ],
    deltaSlabs: 2,
    inputGates: [0],
    hiddenGates: [0],
    hiddenAt: 1,
    innerAt: 0,
  },
  leaky: leaky(({ cellOptions: { leak } }) => [1 - leak, leak]),
  leaky_learned: leaky((_, [alpha]) => [alpha.map((a) => 1 - a), alpha]),
  residual: leaky(() => [1, 1]),
  antisymmetric: {
    ...leaky(({ cellOptions: { stepSize } }) => [1, stepSize]),
    recurrence: { forward: antisymmetric, backward: antisymmetricGradient },
  },
  indrnn: independent(({ cellOptions }) => cellOptions.activation),
  diagonal: independent(() => "identity"),
};

/** W − Wᵀ − γ I. */
function antisymmetric(W: Float32Array, H: number, { cellOptions: { diffusion } }: RecurrentSpec): Float32Array {
  const A = new Float32Array(H * H);
  for (let i = 0; i < H; i++) {
    for (let j = 0; j < H; j++) A[i * H + j] = i === j ? -diffusion : W[i * H + j] - W[j * H + i];
  }
  return A;
}

/** G − Gᵀ. */
function antisymmetricGradient(G: Float64Array, H: number): Float64Array {
  return G.map((value, at) => value - G[(at % H) * H + Math.floor(at / H)]);
}

/** Columns of a slab's two operands, side by side: x or the inner one, then h. */
export function operands({ of }: ForwardSlab, X: number, H: number): { kx: number; kh: number } {
  return { kx: of === "hidden" ? 0 : of === "inner" ? H : X, kh: of === "input" ? 0 : H };
}

/** The number the core knows an activation by. */
export const activationNumber = (name: ElmanCellName): number => ACTIVATION_KIND[name];

/** The layout of a spec's cell, its normed form under norm "layer". */
export function layoutOf({ cell, norm }: RecurrentSpec): CellLayout {
  const plain = CELL_LAYOUTS[cell];
  if (norm === "none") return plain;
  const slabs = plain.forward.length;
  return {
    ...plain,
    kind: NORMED_KINDS[plain.kind],
    tapeSlabs: plain.tapeSlabs + slabs + 1,
    deltaSlabs: plain.deltaSlabs + 2 * slabs,
    gatedAt: plain.deltaSlabs + slabs,
    vectors: (_, learned) => learned,
    vectorSlabs: 2 * slabs,
    vectorAt: plain.deltaSlabs,
  };
}

/** The number of a cell's normed form by its own: Elman's, LSTM's, GRU's. */
const NORMED_KINDS: Readonly<Record<number, number>> = {
  [CELL_KIND.elman]: CELL_KIND.normed_elman,
  [CELL_KIND.lstm]: CELL_KIND.normed_lstm,
  [CELL_KIND.gru]: CELL_KIND.normed_gru,
};
