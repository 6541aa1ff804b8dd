/*
 * The common result of all readers: the parts of a network from input to output, each with its weights in PyTorch's
 * shapes and gate order.
 */
import type { CellName, GateActivationName, InnerActivationName } from "../catalogue/index.ts";

interface Common {
  /** Its name in the file. */
  readonly name: string;
  /** Assumptions about this part, and differences in its computation here. */
  readonly notes?: readonly string[];
  /** Shapes of its tensors in the file, by the rest of their names. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}

/**
 * Weights of one direction of one recurrent layer, PyTorch's names: `weight_ih` [G·H, X], `weight_hh`, biases, own
 * vectors.
 */
export type Direction = Readonly<Record<string, Float32Array>>;

export interface RecurrentPart extends Common {
  readonly kind: "recurrent";
  readonly cell: CellName;
  /** For an LSTM or a GRU, if they are not tanh and sigmoid. */
  readonly innerActivation?: InnerActivationName | undefined;
  readonly gateActivation?: GateActivationName | undefined;
  readonly inputs: number;
  readonly hidden: number;
  /** P of an LSTM that projects its h; its output has P numbers instead of H. */
  readonly projection?: number;
  /** Bottom first; with `reverse` if it is bidirectional. */
  readonly layers: readonly { readonly forward: Direction; readonly reverse?: Direction }[];
  /** Dropout between its layers. */
  readonly dropout?: number;
  /** Dropout on its inputs, and on h before W_hh multiplies it, with one mask for each sequence. */
  readonly variationalDropout?: number;
  readonly recurrentDropout?: number;
  /** Whether it returns the output of every step; undefined if the file does not say. */
  readonly everyStep?: boolean;
}

export interface DensePart extends Common {
  readonly kind: "dense";
  readonly inputs: number;
  readonly outputs: number;
  /** [outputs, inputs], and [outputs]. */
  readonly weight: Float32Array;
  readonly bias?: Float32Array;
  /** For a weight-normalized layer: γ [outputs, 1]; `weight` then holds the direction v. */
  readonly scale?: Float32Array;
}

export interface NormPart extends Common {
  readonly kind: "norm";
  readonly norm: "batch" | "layer" | "rms";
  readonly size: number;
  readonly weight?: Float32Array;
  readonly bias?: Float32Array;
  readonly eps?: number;
}

export interface ActivationPart extends Common {
  readonly kind: "activation";
  /** Our name for it, or the file's if we do not have it. */
  readonly activation: string;
  /** PReLU's learned slopes. */
  readonly slope?: Float32Array;
}

export interface EmbeddingPart extends Common {
  readonly kind: "embedding";
  /** V tokens of E numbers; `weight` [V, E]. */
  readonly tokens: number;
  readonly size: number;
  readonly weight: Float32Array;
  readonly padding?: number;
  /** Whether steps of the padding token are left out of the sequences, as Keras's mask_zero does. */
  readonly masks?: boolean;
}

/** Steps in which every input is `value` are left out of the sequences. */
export interface MaskPart extends Common {
  readonly kind: "mask";
  readonly value: number;
}

export interface DropoutPart extends Common {
  readonly kind: "dropout";
  readonly rate: number;
  /** One mask for a whole sequence. */
  readonly wholeSequence?: boolean;
}

/**
 * Pooling, which makes one state of all states of a sequence: that of the last step, the last one of each direction, a
 * mean or a maximum over steps.
 */
export interface PoolPart extends Common {
  readonly kind: "pool";
  readonly pool: "last" | "final" | "mean" | "max";
}

/** A part that this library does not have: a convolution, attention, another operation. */
export interface ForeignPart extends Common {
  readonly kind: "foreign";
  readonly what: string;
}

export type Part =
  | RecurrentPart
  | DensePart
  | NormPart
  | ActivationPart
  | EmbeddingPart
  | DropoutPart
  | MaskPart
  | PoolPart
  | ForeignPart;

const CELL_WORDS: Readonly<Record<string, string>> = {
  lstm: "LSTM",
  gru: "GRU",
  gru_reset_before: "GRU (reset before the product)",
};

const POOL_WORDS: Readonly<Record<PoolPart["pool"], string>> = {
  last: "the last step",
  final: "the last state of each direction",
  mean: "the mean over steps",
  max: "the max over steps",
};

/** The kind of a part, in a word or two. */
export function partWord(part: Part): string {
  switch (part.kind) {
    case "recurrent": {
      const cell = CELL_WORDS[part.cell] ?? `${part.cell} RNN`;
      const height = part.layers.length === 1 ? "" : `, ${part.layers.length} layers`;
      const inner = part.innerActivation === undefined ? "" : ` with ${part.innerActivation} inside`;
      const projection = part.projection === undefined ? "" : `, projection ${part.projection}`;
      return `${cell}${inner}${projection}${height}${part.layers[0].reverse === undefined ? "" : ", both directions"}`;
    }
    case "norm":
      return `${part.norm} norm`;
    case "activation":
      return part.activation;
    case "dropout":
      return `dropout ${part.rate}`;
    case "pool":
      return POOL_WORDS[part.pool];
    case "mask":
      return `mask of ${part.value}`;
    case "foreign":
      return part.what;
    default:
      return part.kind;
  }
}

/** Whether a part has weights of its own. */
export const hasWeights = (part: Part): boolean => Object.keys(part.shapes).length > 0;

/**
 * Whether a part interrupts a chain: every part that we do not have does, except parameters whose place no file tells.
 */
export const splits = (part: Part): boolean =>
  part.kind === "foreign" && !/^(parameters of its own|counters)$/.test(part.what);
