/** The batch before the first layer. */
export interface DataFlow {
  /** Rows of inputs: B, or T · B. */
  readonly rows: number;
  /** n if every n-th row was read; 1 if all were. */
  readonly everyRow: number;
  /** X. */
  readonly inputs: number;
  /** All columns; if there are more than 64, those of the largest and of the smallest scale. */
  readonly columns: readonly ColumnNumbers[];
  /** ln of the median root mean square of the columns that are not entirely zero; null if all are. */
  readonly lnScale: number | null;
  /** How many columns hold one value. */
  readonly constant: number;
  /** Columns that equal an earlier one. */
  readonly duplicates: readonly { readonly column: number; readonly of: number }[];
  /** Columns that look like time stamps. */
  readonly clocks: readonly number[];
  /** In data without steps: the share of samples that are zero in every column; absent if there is none. */
  readonly empty?: number;
  /** In sequences: the share of steps at their ends that are zero in every column. */
  readonly padding?: number;
  readonly targets?: TargetNumbers;
}

/** One column of the inputs, over the rows that were read. */
export interface ColumnNumbers {
  /** Its place, from 0. */
  readonly index: number;
  /** Its name in the table, where it has one. */
  readonly name?: string | undefined;
  readonly mean: number;
  readonly deviation: number;
  readonly rootMeanSquare: number;
  readonly least: number;
  readonly most: number;
  readonly zeroShare: number;
  /** Whether it holds whole numbers only. */
  readonly whole: boolean;
}

/** The targets in numbers: real values over all outputs, or how often each class occurs. */
export type TargetNumbers =
  | {
      readonly kind: "values";
      readonly mean: number;
      /**
       * Standard deviation around each output's own mean. Its square is the squared error of the best constant answer.
       */
      readonly deviation: number;
      readonly rootMeanSquare: number;
    }
  | { readonly kind: "classes"; readonly counts: Float64Array };

/** The way from the data into the first layer. Logarithms are natural. */
export interface EntranceFlow {
  /** For each column of the data: ln of the root mean square of its part of a pre-activation. */
  readonly lnDrive: Float64Array;
  /** ln of the root mean square of the change that the inputs cause in a pre-activation from row to row. */
  readonly lnHeard: number;
  /** ln ‖∂L/∂W[:, k]‖ for each column of the data; −∞ where a column's weights get no gradient. */
  readonly lnColumnGradients: Float64Array;
  /**
   * Share of the first layer's derivatives below 1 % of the largest; in a recurrent layer computed from the input
   * alone.
   */
  readonly flat?: number;
  /** ln ‖∂L/∂a‖ − ln ‖∂L/∂h‖ of the first layer: the gain of its φ'. */
  readonly lnSlope?: number;
  /** Share of the samples whose gradient to the first layer's weights is exactly zero. */
  readonly silent?: number;
  /** Samples far larger than the others; left out if there is none, and for normed layers. */
  readonly loud?: LoudFlow;
}

/** Samples far larger than all the others. */
export interface LoudFlow {
  /** Their share. */
  readonly share: number;
  /** ln of the root mean square of their inputs, and of the other samples'. */
  readonly lnScale: number;
  readonly lnOthers: number;
  /** Share of the first layer's derivatives that are flat for them, and for the others; absent for rectifiers. */
  readonly flat?: number;
  readonly flatOthers?: number;
}

/** The gates of one gated layer and direction, as the biases and, in the first layer, the inputs set them. */
export interface LayerGates {
  /** `l0`, `l0_reverse`, `l1`, …, the ending of its parameters' names. */
  readonly suffix: string;
  /** Whether the inputs count; else the biases alone do. */
  readonly ofInputs: boolean;
  readonly gates: readonly GateEntrance[];
  /** The share of its input that a sequence leaves in the state: 1 for a balanced gate, 0 for a shut one. */
  readonly admitted: number;
  /** The same of an endless sequence: what a step writes beside what it loses. */
  readonly balance: number;
}

/** One gate of such a layer. */
export interface GateEntrance {
  /** The letter in the cell's equations. */
  readonly letter: string;
  /** `candidate`: the new value that a step would write, through tanh. */
  readonly kind: "gate" | "candidate";
  /** Mean of σ(a), or of |tanh a|. */
  readonly open: number;
  /** Share with a derivative below 1 % of the largest. */
  readonly flat: number;
  /** Mean of its entries of b_ih and of b_hh; 0 for one that the cell does not have. */
  readonly biases: readonly [number, number];
}

/** The gradient with respect to the inputs, over the batch; of an embedding, with respect to the tokens' vectors. */
export interface InputGradientFlow {
  /** ln ‖∂L/∂x‖_F over batch and steps; −∞ if it is exactly zero. */
  readonly lnGradientNorm: number;
  /** For sequences ln ‖∂L/∂x_t‖_F `[T]`, one value for each step, as in `GradientFlow.lnGradientNorm`. */
  readonly lnStepNorms?: Float64Array;
  /** ln ‖∂L/∂x‖ − ln ‖∂L/∂h‖ of the first layer, all steps together: the gain of its φ', gates and weights. */
  readonly lnGain: number;
  /** ln ‖∂L/∂x_k‖ `[X]`, one value for each column, if it was requested. */
  readonly lnColumnNorms?: Float64Array;
  /** For an embedding ln ‖∂L/∂E[v]‖ `[V]`, one value for each token, if columns were requested. */
  readonly lnTokenNorms?: Float64Array;
}
