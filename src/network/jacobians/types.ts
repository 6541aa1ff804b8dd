import type { NetworkInput, NetworkSpec } from "../../spec/index.ts";
import type { Batch, TaskInput } from "../../tasks/index.ts";
import type { Engine } from "../../wasm/engine.ts";
import type { OwnArrays } from "../own-arrays.ts";
import type { Network } from "../types.ts";

/** The options of `jacobians`: the network, the data, and the Jacobians to compute. */
export interface JacobiansInput {
  /** A spec, or a network with its parameters. */
  readonly network: NetworkInput | Network;
  /**
   * The task that the sample comes from; default `adding` for a recurrent network, `gaussian` for a feed-forward one.
   */
  readonly task?: TaskInput | undefined;
  /** Instead of a task: a batch, or the caller's own arrays `{ inputs }`. */
  readonly data?: Batch | OwnArrays | undefined;
  /** B of the task; default 32. */
  readonly batch?: number | undefined;
  /** The seed of the initialization, the task and the random frame; default 0, or that of the network. */
  readonly seed?: number | undefined;
  /** The sample whose trajectory is followed: an index into the batch, or several to be averaged. Default 0. */
  readonly sample?: number | readonly number[] | undefined;
  /** W, steps of the window [T − W, T] of a recurrent network; default 100, or T if that is less. */
  readonly window?: number | undefined;
  /** The Lyapunov spectrum of a recurrent network; false for none. Default true. */
  readonly lyapunov?: boolean | LyapunovOptions | undefined;
  /** Numbers of W_hh that bound the growth of its powers. Default true; `eigenvalues` also lists its eigenvalues. */
  readonly weights?: boolean | { readonly eigenvalues: boolean } | undefined;
  /** The layer of a stack, 0 for the lowest; default the highest. */
  readonly layer?: number | undefined;
  /** The reversed direction of a bidirectional layer. Default false. */
  readonly reverse?: boolean | undefined;
  /** Bytes of WASM memory that each part may take; default 1 GiB. */
  readonly memoryLimit?: number | undefined;
  readonly engine?: Engine | undefined;
}

export interface LyapunovOptions {
  /** How many, the largest first; default the size of the state, at most 128. */
  readonly exponents?: number | undefined;
  /** How many last steps of the trajectory are followed, transient included; default 1,000, or T if that is less. */
  readonly steps?: number | undefined;
  /**
   * How many of them, the first ones, are discarded while the frame turns to its directions; default a fifth, at most
   * 200.
   */
  readonly transient?: number | undefined;
}

/**
 * The Jacobians of a trajectory in numbers. Plain JSON data; logarithms are natural; null stands for −∞ and for numbers
 * too small to be resolved.
 */
export interface Jacobians {
  readonly schema: "evanesce.jacobians/1";
  readonly spec: NetworkSpec;
  readonly seed: number;
  /** The WASM build that computed them. */
  readonly build: string;
  readonly axis: "step" | "layer";
  /** `nonfinite`: the trajectory or a product had a NaN or an infinity; numbers that would not be finite are null. */
  readonly outcome: "finite" | "nonfinite";
  /** The state that is differentiated: h, or (h, c) together if the cell has a cell state. */
  readonly state: "h" | "h, c";
  /**
   * With a skip over s steps of time, or in a layer dilated by d: max(s, d) − 1, the number of earlier steps that also
   * belong to the state. Within d steps their whole state belongs to it, beyond them only h.
   */
  readonly delays?: number;
  /** n, the size of the state at the far end. */
  readonly size: number;
  /** The layer of the state; null for a deep network. */
  readonly layer: number | null;
  readonly reverse: boolean;
  /** Indices of the samples followed. */
  readonly samples: readonly number[];
  /**
   * The two ends. Recurrent: ∂h_to/∂h_from, `factors` steps apart, −1 being the state before the first step; in a
   * reversed layer steps are counted in its own time. Deep: ∂h_to/∂h_from between layers; `factors` the layers between.
   */
  readonly window: { readonly from: number; readonly to: number; readonly factors: number };
  /** Averages over the samples: of the logarithms of single values, and of the moments themselves. */
  readonly singularValues: SingularSpectrum;
  /** Null for a deep network, or if not requested. */
  readonly lyapunov: LyapunovSpectrum | null;
  /**
   * Only for Elman cells without a skip over time or dilation. Null also if `weights` were not requested, or if the
   * window contains steps of an encoder.
   */
  readonly pascanu: PascanuBound | null;
  /**
   * W_hh gate by gate, as the last step uses it (a decoder's, if there is one); empty for a deep network, for a cell
   * without W_hh, or if not requested.
   */
  readonly weights: readonly WeightSpectrum[];
  /** The numbers of each sample, if there are several. */
  readonly perSample?: readonly SampleJacobians[];
}

export interface SampleJacobians {
  readonly sample: number;
  readonly singularValues: SingularSpectrum;
  /** Nats per step. */
  readonly largestExponent: number | null;
}

/** Singular values s of one Jacobian, and the spectrum of J Jᵀ, their squares. */
export interface SingularSpectrum {
  /**
   * The largest first; null below 1e-12 of the largest, because float64 products do not resolve it, and outside
   * float64's range.
   */
  readonly values: readonly (number | null)[];
  /** Their logarithms, which stay in range for a product of any length. */
  readonly lnValues: readonly (number | null)[];
  /** How many of them are null: below 1e-12 of the largest, or zero. */
  readonly unresolved: number;
  readonly max: number | null;
  readonly min: number | null;
  /** The mean of s; values that are not resolved count as zero. */
  readonly mean: number | null;
  /** max/min; null above 1e12. */
  readonly condition: number | null;
  /** Mean ln s over those that are not null. */
  readonly meanLn: number | null;
  /** Mean s², the mean of the spectrum of J Jᵀ. */
  readonly meanSquare: number | null;
  /** Variance of s² over the spectrum. */
  readonly variance: number | null;
  /** ln of mean s², which stays in range for a product of any length. */
  readonly lnMeanSquare: number | null;
}

/** Lyapunov exponents in nats per step. */
export interface LyapunovSpectrum {
  /** In the order of the frame: the largest first, except for fluctuations of a finite trajectory. Null for −∞. */
  readonly exponents: readonly (number | null)[];
  /** λ_1 with its 95 % interval by batch means; the bounds are null if there are too few steps for two batches. */
  readonly largest: {
    readonly value: number | null;
    readonly low: number | null;
    readonly high: number | null;
    readonly batches: number;
    /**
     * ½ ln ⟨R_11²⟩, the growth of the mean square in nats per step, which mean-field theory predicts as ½ ln χ₁ at any
     * width. λ_1 lies below it by a quarter of the variance of ln R_11², of order 1/H.
     */
    readonly meanSquareRate: number | null;
  };
  /** Steps measured, per sample; and those discarded before them. */
  readonly steps: number;
  readonly transient: number;
}

/** The bound ‖∂h_to/∂h_from‖ ≤ (γ σ_max)^factors (Pascanu et al. 2013), and the measured growth; in nats per step. */
export interface PascanuBound {
  /** γ = sup |φ'|. */
  readonly slope: number;
  /** σ_max(W_hh). */
  readonly norm: number;
  /** ln(γ σ_max). */
  readonly boundPerStep: number | null;
  /** ln of the largest singular value, divided by `factors`. */
  readonly measuredPerStep: number | null;
  /** ½ ln of mean s², divided by `factors`: the growth of a random direction. */
  readonly typicalPerStep: number | null;
}

/** One gate's square block of W_hh. */
export interface WeightSpectrum {
  /** Its letter in the cell's equations; `h` if there is only one gate. */
  readonly gate: string;
  /**
   * ρ = max |λ|. Null if the iteration did not converge or an entry is not finite, as are all numbers that need
   * eigenvalues.
   */
  readonly spectralRadius: number | null;
  /** σ_max. */
  readonly norm: number | null;
  /** ω = λ_max((W + Wᵀ)/2), the growth rate of ‖exp(tW)‖ at t = 0 (Trefethen and Embree 2005, theorem 17.4). */
  readonly numericalAbscissa: number | null;
  /** Henrici's departure from normality √(‖W‖_F² − Σ|λ|²) (Henrici 1962): zero for a normal matrix. */
  readonly departure: number | null;
  /** The departure divided by ‖W‖_F, 0 … 1. */
  readonly relativeDeparture: number | null;
  /** `[re, im]`, the largest modulus first, if requested. */
  readonly eigenvalues?: readonly (readonly [number, number])[];
}
