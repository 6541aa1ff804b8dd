import type { LossName, LossOptions } from "../catalogue/index.ts";
import type { NetworkSpec } from "../spec/index.ts";
import type { Direction } from "./direction.ts";
import type { BatchState } from "../tasks/batch.ts";

/**
 * What one pass measured. Plain data: survives `structuredClone` and `postMessage`.
 * Stations run away from the input: index 0 is farthest from the loss. All logarithms are natural.
 */
export interface GradientFlow {
  readonly schema: "evanesce.flow/1";
  readonly spec: NetworkSpec;
  readonly seed: number;
  /** The WASM build whose bits these are: `simd` or `relaxed`. */
  readonly build: string;
  readonly task: TaskRecord;
  /** What was assumed in reading the caller's data or model, a sentence each. */
  readonly notes?: readonly string[];
  /** The file the parameters are from, in place of the spec's initialization. */
  readonly weights?: string;
  /** Null where the pass had no loss to compute. */
  readonly loss: number | null;
  readonly outcome: "finite" | "nonfinite";
  /**
   * Where the first NaN or infinity stood, for outcome `nonfinite`. Layers are counted as those of parameters are: from
   * the bottom, both directions of a level alike, `reverse` where it was the reversed one; a readout's is their number.
   */
  readonly nonfinite?: {
    readonly step?: number;
    readonly layer: number;
    readonly reverse?: boolean;
    readonly tensor: string;
  };
  /** The first station whose derivative is not zero, but too small for a float32: below it the profile reads −∞. */
  readonly underflow?: { readonly station: number; readonly layer: number };
  /** Of a batch that began with a given state: the last one, and the gradient of the first. */
  readonly state?: StateFlow;
  /** Of a network whose sequences begin with a learned or a given state: the gradient that reaches it. */
  readonly initialState?: InitialStateFlow;
  /** Of a batch of sequences of different lengths: how many have each station, and the share of padding. */
  readonly padding?: PaddingFlow;
  /** What a station is. */
  readonly axis: "step" | "layer";
  /**
   * ln ‖∂L/∂h_s‖_F over batch (and, in a stack, over layers), a value a station; −∞ exactly zero. Sequences of
   * different lengths are counted from their own ends: a station's value is √B times the root mean square over the
   * samples that have it.
   */
  readonly lnGradientNorm: Float64Array;
  /** Least squares of `lnGradientNorm` over distance from the loss; null with fewer than two finite stations. */
  readonly decay: Decay | null;
  /** 5, 50 and 95 % quantiles over the batch of ln ‖∂L/∂h_{s,b}‖. */
  readonly quantiles?: Quantiles;
  /** Of a cell with a cell state: the same of ln ‖(∂L/∂h, ∂L/∂c)‖, the whole state's. */
  readonly stateQuantiles?: Quantiles;
  /** A stack's layers, bottom first, a forward direction before a reversed one: each layer's own profile and ledger. */
  readonly layers: readonly LayerFlow[];
  /** ln ‖step t's own contribution to ∂L/∂W_hh‖_F, summed over the batch, top layer last; recurrent only. */
  readonly contributions?: readonly Float64Array[];
  /** Activations and entries of the gradient, station by station; feed-forward only. */
  readonly statistics?: StationStatistics;
  /** Every parameter's gradient norm. */
  readonly parameters: readonly ParameterFlow[];
  /**
   * ln ‖∂L/∂h_last‖ − ln ‖∂L/∂y‖, the gain of the readout, and of a head where there is one; null without a readout and
   * where the steps are pooled. Of the ledgers only `model`'s includes it.
   */
  readonly readoutGain: number | null;
  /** The same profile for random unit cotangents at the last station, whatever the loss. */
  readonly probe?: Transport;
  /** The profile of the last step's loss alone, where every step has one and it was asked for. */
  readonly lastStep?: Transport;
  /** The batch's inputs and targets before the first layer; left out with the statistics. */
  readonly data?: DataFlow;
  /** How far the data reach into the first layer; left out with the statistics. */
  readonly entrance?: EntranceFlow;
  /** ∂L/∂x, where the path ends; left out with the statistics. */
  readonly input?: InputGradientFlow;
  /** Of a network with an embedding: its tokens, and how many of them occur in the batch and get a gradient. */
  readonly embedding?: { readonly vocabulary: number; readonly occurring: number };
  /** Dense layers before and behind the recurrent ones, bottom first. */
  readonly stem?: readonly DenseFlow[];
  readonly head?: readonly DenseFlow[];
  /** Of a network with a stem or a head: one profile through all of it. */
  readonly model?: ModelFlow;
  /** What truncated back-propagation through time makes of the gradient, where it was asked for. */
  readonly truncated?: TruncatedFlow;
  /** What single steps' losses contribute at earlier steps, where it was asked for. */
  readonly credit?: CreditFlow;
}

/** A dense layer of a stem or a head, which sees every step on its own; of a head with one loss a sequence, once. */
export interface DenseFlow {
  /** `stem.0`, `head.1`: the beginning of its parameters' names. */
  readonly name: string;
  /** ln ‖∂L/∂out‖_F over batch and steps. */
  readonly lnGradientNorm: number;
  /** `[T]` the same at each step, as `GradientFlow.lnGradientNorm` is; left out where there is one vector a sample. */
  readonly lnStepNorms?: Float64Array;
  /** What its φ' makes of that norm, and behind it the adjoint of its norm; with a ledger. */
  readonly lnGate?: number;
  readonly lnNorm?: number;
}

/** The path from the loss through head, steps and stem. */
export interface ModelFlow {
  /** Runs of stations, index 0 farthest from the loss: a stem's layers, the steps, a head's layers. */
  readonly parts: readonly { readonly name: string; readonly first: number; readonly stations: number }[];
  /** ln ‖∂L/∂ of every station‖_F: of a stem's layer over all steps. */
  readonly lnGradientNorm: Float64Array;
  /**
   * Between dense layers `gate`, `norm` and `weights`; from the head to the last step `reading`, with what pooling
   * makes of it; between steps the layers' own factors, each layer weighted by its share of the square, and
   * `interference`, what their mean leaves (`steps` in one where directions or dilation differ); from the first step to
   * the stem, over all steps, `entrance`.
   */
  readonly ledger: Ledger;
}

/** States `[N, B, H]` of a pass that began with a given one. */
export interface StateFlow {
  /** The state behind each sequence's last step: where the next part of a long sequence begins. */
  readonly final: BatchState;
  /** ∂L/∂ of the first state, `data · 2^exponent`: what a pass that carries the state alone leaves out. */
  readonly gradient: { readonly h: ScaledNumbers; readonly c?: ScaledNumbers };
}

/** Where the path ends in a network that does not begin at zero. */
export interface InitialStateFlow {
  readonly kind: "learned" | "given";
  /**
   * One a layer and direction, bottom first: ln ‖∂L/∂h₀‖_F over batch and units; of a cell state also ln ‖∂L/∂c₀‖_F.
   */
  readonly layers: readonly {
    readonly suffix: string;
    readonly lnGradientNorm: number;
    readonly lnCellGradientNorm?: number;
  }[];
}

export interface ScaledNumbers {
  readonly data: Float64Array;
  readonly exponent: number;
}

/** Sequences of different lengths. */
export interface PaddingFlow {
  /** The share of the given steps that are padding. */
  readonly share: number;
  readonly shortest: number;
  readonly longest: number;
  /** `[T]` samples that have each station. */
  readonly samples: Int32Array;
  /**
   * The same batch run with its padding, as if it were data: the loss, and the gradient from the last step of all back.
   * Where it was asked for.
   */
  readonly unmasked?: {
    readonly steps: number;
    readonly loss: number | null;
    readonly lnGradientNorm: Float64Array;
    readonly decay: Decay | null;
  };
}

/**
 * The gradient of truncated back-propagation beside the full one: after every k1 steps the losses of those steps are
 * sent back k2 steps. `angle` and `ratio` are of all parameters together, the readout's (which truncation leaves alone)
 * included.
 */
export interface TruncatedFlow extends Direction {
  readonly k1: number;
  readonly k2: number;
  /** ln ‖δ_t‖ of what is left of the gradient at step t. */
  readonly lnGradientNorm: Float64Array;
  readonly decay: Decay | null;
  /** ratio: ‖truncated ∂L/∂W‖/‖∂L/∂W‖. */
  readonly parameters: readonly (Direction & { readonly name: string })[];
}

/** ln ‖∂L_t/∂h_s‖ over batch and layers, L = Σ_t L_t: what step t's loss contributes to the gradient at step s. */
export interface CreditFlow {
  /** The steps t whose losses were taken, ascending: every step, or every so many back from the last. */
  readonly losses: readonly number[];
  /**
   * `[T]` by lag t − s: the mean over those losses of ln ‖∂L_t/∂h_s‖, over the ones that are not exactly zero; −∞ where
   * all are.
   */
  readonly lnNormByLag: Float64Array;
  /** Its least squares over the lag. */
  readonly decay: Decay | null;
  /** Of a bidirectional network: `[T]` by lead s − t, the same of the steps after t, and its least squares. */
  readonly lnNormByLead?: Float64Array;
  readonly leadDecay?: Decay | null;
  /** `[losses][T]`, a row for each t; −∞ for s > t but in a bidirectional network. */
  readonly matrix?: readonly Float64Array[];
}

/**
 * What stations look like besides their gradient's norm; a value a station each, over the real samples of the batch.
 */
export interface StationStatistics {
  /** Mean and variance of the activations, over batch and units. */
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  /** ln ‖h_s‖_F. */
  readonly lnForwardNorm: Float64Array;
  /** Share of entries with |φ'| below 1 % of its largest value. */
  readonly saturated: Float64Array;
  /**
   * Of tanh and sigmoid: share of pre-activations with |a| > 5; and with |a| beyond 9.4999 (tanh) or 17 (sigmoid),
   * where a float32 φ is at its bound.
   */
  readonly beyond5?: Float64Array;
  readonly atBound?: Float64Array;
  /** Share of units whose φ' is exactly zero for the whole batch. */
  readonly dead: Float64Array;
  /** Share of the gradient's entries that are exactly zero. */
  readonly zero: Float64Array;
  /** Share of them a float32 would hold as a subnormal or lose, being below 2⁻¹²⁶ in truth. */
  readonly subnormal: Float64Array;
}

export interface TaskRecord {
  readonly name: string;
  readonly batch: number;
  readonly steps?: number;
  readonly inputs: number;
  /** The mean of x² over the batch's inputs. */
  readonly inputSquare?: number;
  readonly outputs: number | null;
  readonly loss: LossName;
  /** Numbers the loss took: weights, smoothing, Huber's δ. */
  readonly lossOptions?: LossOptions;
  readonly lossAt?: "last" | "every";
  /** The loss of the best trivial answer. */
  readonly baseline: number | null;
  /** How many steps before the loss that needs it the information lies, where the task knows. */
  readonly information?: { readonly farthest: number; readonly typical: number };
}

/** One column of the inputs, over the rows that were looked at. */
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
       * About each output's own mean: its square is the loss of the best constant answer, where that is squared error.
       */
      readonly deviation: number;
      readonly rootMeanSquare: number;
    }
  | { readonly kind: "classes"; readonly counts: Float64Array };

/** The batch before the first layer. */
export interface DataFlow {
  /** Rows of inputs: B, or T · B. */
  readonly rows: number;
  /** Every so many rows were looked at; 1 for all. */
  readonly everyRow: number;
  /** X. */
  readonly inputs: number;
  /** All columns, or of more than 64 those of the largest and of the smallest scale. */
  readonly columns: readonly ColumnNumbers[];
  /** ln of the median root mean square of the columns that are not zero throughout; null where all are. */
  readonly lnScale: number | null;
  /** How many columns hold one value. */
  readonly constant: number;
  /** Columns that equal an earlier one. */
  readonly duplicates: readonly { readonly column: number; readonly of: number }[];
  /** Columns that look like time stamps. */
  readonly clocks: readonly number[];
  /** Of sequences: the share of steps at their ends that are zero in every column. */
  readonly padding?: number;
  readonly targets?: TargetNumbers;
}

/** One gate of the first layer, as the input alone sets it. */
export interface GateEntrance {
  /** As in the cell's equations. */
  readonly letter: string;
  /** `candidate`: what a step would write, through tanh. */
  readonly kind: "gate" | "candidate";
  /** Mean of σ(a), or of |tanh a|. */
  readonly open: number;
  /** Share with a derivative below 1 % of the largest. */
  readonly flat: number;
}

/** The first layer, seen from the data. Logarithms are natural. */
export interface EntranceFlow {
  /** A value for each of the data's columns: ln of its part of a pre-activation, root mean square. */
  readonly lnDrive: Float64Array;
  /** ln of what the inputs change in a pre-activation from row to row, root mean square. */
  readonly lnHeard: number;
  /** ln ‖∂L/∂W[:, k]‖, a value for each of the data's columns; −∞ where a column's weights get no gradient. */
  readonly lnColumnGradients: Float64Array;
  /** Share of the first layer's derivatives below 1 % of the largest, by the input alone where there is a state. */
  readonly flat?: number;
  /** ln ‖∂L/∂a‖ − ln ‖∂L/∂h‖ of the first layer: what its φ' takes. */
  readonly lnSlope?: number;
  /** Share of the samples that send exactly nothing into the first layer's weights. */
  readonly silent?: number;
  readonly gates?: readonly GateEntrance[];
  /** What a sequence leaves of its input in the state: 1 for a balanced gate, 0 for one that is shut. */
  readonly admitted?: number;
}

/** The gradient with respect to the inputs, over the batch; of an embedding, with respect to the tokens' vectors. */
export interface InputGradientFlow {
  /** ln ‖∂L/∂x‖_F over batch and steps; −∞ exactly zero. */
  readonly lnGradientNorm: number;
  /** Of sequences ln ‖∂L/∂x_t‖_F `[T]`, a value a step, as `GradientFlow.lnGradientNorm` is. */
  readonly lnStepNorms?: Float64Array;
  /** ln ‖∂L/∂x‖ − ln ‖∂L/∂h‖ of the first layer, all steps together: the gain of its φ', gates and weights. */
  readonly lnGain: number;
  /** ln ‖∂L/∂x_k‖ `[X]`, a value a column, where it was asked for. */
  readonly lnColumnNorms?: Float64Array;
  /** Of an embedding ln ‖∂L/∂E[v]‖ `[V]`, a value a token, where columns were asked for. */
  readonly lnTokenNorms?: Float64Array;
}

export interface LayerFlow {
  /** Of a recurrent layer: `l0`, `l0_reverse`, `l1`, …, the ending of its parameters' names. */
  readonly suffix?: string;
  readonly lnGradientNorm: Float64Array;
  /** An LSTM's ln ‖∂L/∂c_t‖ beside it. */
  readonly lnCellGradientNorm?: Float64Array;
  /** Of lnGradientNorm, or of an LSTM's lnCellGradientNorm. */
  readonly ledger?: Ledger;
  readonly gates?: GateFlow;
}

/** The gate on a cell's direct route from step to step: an LSTM's forget gate, a GRU's update gate z. */
export interface GateFlow {
  /** Its mean over batch and units, a value a step. */
  readonly forget: Float64Array;
  /** 1/(1 − forget) in steps: how long a memory of constant gate lives. */
  readonly timeConstant: Float64Array;
}

/** A profile without a loss of its own. */
export interface Transport {
  readonly lnGradientNorm: Float64Array;
  readonly decay: Decay | null;
  readonly quantiles?: Quantiles;
  /** Of a cell with a cell state: quantiles of ln ‖(∂L/∂h, ∂L/∂c)‖. */
  readonly stateQuantiles?: Quantiles;
  /** One a layer of a stack; one for a deep network. */
  readonly ledgers?: readonly Ledger[];
}

/** Fit of ln ‖δ_s‖ over distance from the loss. */
export interface Decay {
  /** Nats a station, positive where the gradient shrinks on its way back. */
  readonly perStation: number;
  /** ln 2 / perStation, in stations: negative where it grows, infinite where it is constant. */
  readonly halfLife: number;
  readonly rSquared: number;
  /** ln ‖δ_first‖ − ln ‖δ_last‖; −∞ where the gradient ends exactly zero. */
  readonly totalGain: number;
}

export interface Quantiles {
  readonly q05: Float64Array;
  readonly q50: Float64Array;
  readonly q95: Float64Array;
  /** Share of the batch's samples whose gradient is exactly zero there. */
  readonly silent?: Float64Array;
}

/**
 * ln ‖δ_{s}‖ − ln ‖δ_{s+1}‖ split exactly into named factors: `factors.weights[s]`, `factors.gate[s]`, … add up to
 * `total[s]`. Length: stations − 1. A factor is NaN where δ_{s+1} is zero.
 */
export interface Ledger {
  readonly factors: Readonly<Record<string, Float64Array>>;
  readonly total: Float64Array;
}

export interface ParameterFlow {
  readonly name: string;
  readonly shape: readonly number[];
  /** ln ‖∂L/∂W‖_F. */
  readonly lnGradientNorm: number;
  /** ln ‖W‖_F. */
  readonly lnNorm: number;
  /** ln of the mean of |∂L/∂W_ij|. */
  readonly lnMeanAbsGradient?: number;
  /** Share of the gradient's entries that are exactly zero. */
  readonly zeroShare?: number;
  /** The values themselves, of a layer most of whose units are off. */
  readonly values?: ValueNumbers;
}

/** A parameter's values in numbers. */
export interface ValueNumbers {
  readonly mean: number;
  readonly rootMeanSquare: number;
  /** Share of the values that are exactly zero, and below zero. */
  readonly zeros: number;
  readonly negative: number;
  /** ‖W‖_F²/σ_max², of a matrix: 1 for rank one, up to the smaller side. */
  readonly stableRank?: number;
}
