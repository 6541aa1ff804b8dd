import type { HalfFlow } from "../half/types.ts";
import type { LossName, LossOptions } from "../../catalogue/index.ts";
import type { NetworkSpec } from "../../spec/index.ts";
import type { DataFlow, EntranceFlow, InputGradientFlow, LayerGates } from "./data.ts";
import type { DenseFlow, ModelFlow } from "./dense.ts";
import type { Decay, LayerFlow, Quantiles, Transport } from "./profile.ts";
import type {
  CreditFlow,
  InitialStateFlow,
  PaddingFlow,
  StateFlow,
  TruncatedFlow,
  FromStartFlow,
} from "./sequences.ts";
import type { ParameterFlow, StationStatistics } from "./stations.ts";

/**
 * The measurements of one pass. Plain data: `structuredClone` and `postMessage` keep all of it. Stations are counted
 * from the input: index 0 is farthest from the loss. All logarithms are natural.
 */
export interface GradientFlow {
  readonly schema: "evanesce.flow/1";
  readonly spec: NetworkSpec;
  readonly seed: number;
  /** The WASM build that ran: `simd`, `relaxed` (other last bits) or `wide` (the bits of `simd`). */
  readonly build: string;
  readonly task: TaskRecord;
  /** Assumptions made in reading the caller's data or model, one sentence each. */
  readonly notes?: readonly string[];
  /** The file of the parameters, if they do not come from the spec's initialization. */
  readonly weights?: string;
  /** Null where the pass had no loss to compute. */
  readonly loss: number | null;
  readonly outcome: "finite" | "nonfinite";
  /**
   * For outcome `nonfinite`: the place of the first NaN or infinity. Layers are counted as in the names of parameters:
   * from the bottom, with one number for both directions of a level; `reverse` tells the reversed one. For a readout,
   * `layer` is the number of layers.
   */
  readonly nonfinite?: {
    readonly step?: number;
    readonly layer: number;
    readonly reverse?: boolean;
    readonly tensor: string;
  };
  /**
   * The first station, going back, where a number that is not zero was too small for a float32: a single derivative, or
   * (`of: "entries"`) all remaining entries of a sample's gradient, smaller than its largest entry by more than
   * float32's range. Farther back the profile has few digits or is −∞.
   */
  readonly underflow?: { readonly station: number; readonly layer: number; readonly of?: "entries" };
  /**
   * The first station, going forward, whose h is too small for a float32: gradients of the weights that multiply it
   * have few digits or are −∞. Measured with the statistics of a deep network and with the contributions over time.
   */
  readonly forwardUnderflow?: { readonly station: number; readonly layer: number };
  /** For a batch that began with a state of its own: the last state, and the gradient of the first. */
  readonly state?: StateFlow;
  /** For a spec whose sequences begin with a learned or fixed state: the gradient that reaches this state. */
  readonly initialState?: InitialStateFlow;
  /** For a batch of sequences of different lengths: how many of them have each station, and the share of padding. */
  readonly padding?: PaddingFlow;
  /** The kind of station. */
  readonly axis: "step" | "layer";
  /** The number of bins in which JSON holds what there is of every step, if that was requested. */
  readonly bins?: number;
  /** With an encoder and a decoder: the decoder's first step. The steps before it are the encoder's. */
  readonly bottleneck?: number;
  /**
   * ln ‖∂L/∂h_s‖_F over batch (and, in a stack, over layers), one value for each station; −∞ if it is exactly zero.
   * Sequences of different lengths are counted from their own ends: a station's value is √B times the root mean square
   * over the samples that have it.
   */
  readonly lnGradientNorm: Float64Array;
  /** Least squares of `lnGradientNorm` over distance from the loss; null with fewer than two finite stations. */
  readonly decay: Decay | null;
  /** 5, 50 and 95 % quantiles over the batch of ln ‖∂L/∂h_{s,b}‖. */
  readonly quantiles?: Quantiles;
  /** For a cell with a cell state: the same quantiles of the whole state, ln ‖(∂L/∂h, ∂L/∂c)‖. */
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
   * where the steps are pooled. Only the ledger of `model` includes it.
   */
  readonly readoutGain: number | null;
  /** The same profile for random unit cotangents at the last station. It does not depend on the loss. */
  readonly probe?: Transport;
  /** The profile of the last step's loss alone, if every step has a loss and this was requested. */
  readonly lastStep?: Transport;
  /** The batch's inputs and targets before the first layer; absent without the statistics. */
  readonly data?: DataFlow;
  /** How strongly the data reach the first layer; absent without the statistics. */
  readonly entrance?: EntranceFlow;
  /** The gates of the layers; left out with the statistics, and where no layer has gates to judge. */
  readonly layerGates?: readonly LayerGates[];
  /** ∂L/∂x, where the path ends; left out with the statistics. */
  readonly input?: InputGradientFlow;
  /**
   * For a network with an embedding: the number of its tokens, and how many of them occur in the batch and get a
   * gradient.
   */
  readonly embedding?: { readonly vocabulary: number; readonly occurring: number };
  /** Dense layers before and after the recurrent ones, bottom first. */
  readonly stem?: readonly DenseFlow[];
  readonly head?: readonly DenseFlow[];
  /** For a network with a stem or a head: one profile through all of it. */
  readonly model?: ModelFlow;
  /** The gradient of truncated back-propagation through time, if requested. */
  readonly truncated?: TruncatedFlow;
  /** The contributions of single steps' losses at earlier steps, if requested. */
  readonly credit?: CreditFlow;
  /** The profile counted from the start of each sequence, if the lengths differ and it was requested. */
  readonly fromStart?: FromStartFlow;
  /** The part of the gradient that float16 and bfloat16 would keep, if requested. */
  readonly half?: HalfFlow;
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
  /** Options of the loss: weights, smoothing, Huber's δ. */
  readonly lossOptions?: LossOptions;
  readonly lossAt?: "last" | "every";
  /** The loss of the best trivial answer. */
  readonly baseline: number | null;
  /** The loss of the best linear answer, for a network without any nonlinearity; absent if it is not known. */
  readonly linearBaseline?: number;
  /** The distance in steps from the information to the loss that needs it, if the task knows it. */
  readonly information?: { readonly farthest: number; readonly typical: number };
}
