import type { NetworkInput, NetworkSpec } from "../../spec/index.ts";
import type { Batch, TaskInput } from "../../tasks/index.ts";
import type { Engine } from "../../wasm/engine.ts";
import type { OwnArrays } from "../own-arrays.ts";
import type { Network } from "../types.ts";

/** The options of `jacobians`: the network, the data, and the Jacobians to compute. */
export interface JacobiansInput {
  /** A spec, or a network alive with its own parameters. */
  readonly network: NetworkInput | Network;
  /** Where the sample comes from; default `adding` for a recurrent network, `gaussian` for a feed-forward one. */
  readonly task?: TaskInput | undefined;
  /** Instead of a task: a batch, or the caller's own arrays `{ inputs }`. */
  readonly data?: Batch | OwnArrays | undefined;
  /** B of the task; default 32. */
  readonly batch?: number | undefined;
  /** Seeds the initialization, the task and the random frame; default 0, or a live network's own. */
  readonly seed?: number | undefined;
  /** The sample whose trajectory is followed: an index into the batch, or several to be averaged. Default 0. */
  readonly sample?: number | readonly number[] | undefined;
  /** W, steps of the window [T − W, T] of a recurrent network; default 100, or T where that is less. */
  readonly window?: number | undefined;
  /** The Lyapunov spectrum of a recurrent network; false for none. Default true. */
  readonly lyapunov?: boolean | LyapunovOptions | undefined;
  /** Numbers of W_hh that bound the growth of its powers. Default true; `eigenvalues` also lists its eigenvalues. */
  readonly weights?: boolean | { readonly eigenvalues: boolean } | undefined;
  /** Which layer of a stack, 0 the lowest; default the highest. */
  readonly layer?: number | undefined;
  /** The reversed direction of a bidirectional layer. Default false. */
  readonly reverse?: boolean | undefined;
  /** Bytes of WASM memory each part may take; default 1 GiB. */
  readonly memoryLimit?: number | undefined;
  readonly engine?: Engine | undefined;
}

export interface LyapunovOptions {
  /** How many, the largest first; default the size of the state, at most 128. */
  readonly exponents?: number | undefined;
  /** Last steps of the trajectory to follow, transient included; default 1,000, or T where that is less. */
  readonly steps?: number | undefined;
  /** First of these to discard, while the frame turns to its directions; default a fifth, at most 200. */
  readonly transient?: number | undefined;
}

/**
 * The Jacobians of a trajectory in numbers. Plain JSON data; logarithms are natural, null stands for −∞ and for what is
 * too small to tell.
 */
export interface Jacobians {
  readonly schema: "evanesce.jacobians/1";
  readonly spec: NetworkSpec;
  readonly seed: number;
  /** The WASM build whose bits these are. */
  readonly build: string;
  readonly axis: "step" | "layer";
  /** `nonfinite`: the trajectory or a product held a NaN or an infinity, and numbers that would are null. */
  readonly outcome: "finite" | "nonfinite";
  /** What is differentiated: h, or (h, c) together where a cell has a cell state. */
  readonly state: "h" | "h, c";
  /**
   * With a skip over s steps of time, or in a layer dilated by d: max(s, d) − 1, the steps before of which something is
   * part of the state too, all of it within d steps, beyond them h.
   */
  readonly delays?: number;
  /** n, the size of it at the far end. */
  readonly size: number;
  /** Of a stack: which layer's own state. Null for a deep net. */
  readonly layer: number | null;
  readonly reverse: boolean;
  /** Indices of the samples followed. */
  readonly samples: readonly number[];
  /**
   * The two ends. Recurrent: ∂h_to/∂h_from, `factors` steps apart, −1 being the state before the first step; in a
   * reversed layer steps are counted in its own time. Deep: ∂h_to/∂h_from between layers; `factors` the layers between.
   */
  readonly window: { readonly from: number; readonly to: number; readonly factors: number };
  /** Averaged over the samples: logarithms of single values, moments as they are. */
  readonly singularValues: SingularSpectrum;
  /** Null for a deep net, or where not asked for. */
  readonly lyapunov: LyapunovSpectrum | null;
  /**
   * Null but for Elman cells without a skip over time or dilation, where `weights` were not asked for, or where steps
   * of an encoder are in the window.
   */
  readonly pascanu: PascanuBound | null;
  /**
   * W_hh gate by gate, as the last step uses it (a decoder's, if there is one); empty for a deep net, for units that
   * do not see each other, or where not asked for.
   */
  readonly weights: readonly WeightSpectrum[];
  /** Each sample's own, where there are several. */
  readonly perSample?: readonly SampleJacobians[];
}

export interface SampleJacobians {
  readonly sample: number;
  readonly singularValues: SingularSpectrum;
  /** Nats a step. */
  readonly largestExponent: number | null;
}

/** Singular values s of one Jacobian, and the spectrum of J Jᵀ, their squares. */
export interface SingularSpectrum {
  /**
   * Largest first; null below 1e-12 of the largest, which float64 products do not resolve, and outside float64's range.
   */
  readonly values: readonly (number | null)[];
  /** ln of them, in range however long the product. */
  readonly lnValues: readonly (number | null)[];
  /** How many are null: below 1e-12 of the largest, or zero. */
  readonly unresolved: number;
  readonly max: number | null;
  readonly min: number | null;
  /** Mean s; values too small to tell count as zero. */
  readonly mean: number | null;
  /** max/min; null above 1e12. */
  readonly condition: number | null;
  /** Mean ln s over those that are not null. */
  readonly meanLn: number | null;
  /** Mean s², the mean of the spectrum of J Jᵀ. */
  readonly meanSquare: number | null;
  /** Variance of s² over the spectrum. */
  readonly variance: number | null;
  /** ln of mean s², in range however long the product. */
  readonly lnMeanSquare: number | null;
}

/** Lyapunov exponents, nats a step. */
export interface LyapunovSpectrum {
  /** In the order of the frame: largest first, up to the fluctuations of a finite trajectory. Null for −∞. */
  readonly exponents: readonly (number | null)[];
  /** λ_1 with its 95 % interval by batch means; the bounds are null where the steps do not make two batches. */
  readonly largest: {
    readonly value: number | null;
    readonly low: number | null;
    readonly high: number | null;
    readonly batches: number;
    /**
     * ½ ln ⟨R_11²⟩, the growth of the mean square, nats a step: what mean-field theory's ½ ln χ₁ predicts at any width.
     * λ_1 lies below it by a quarter of the variance of ln R_11², of order 1/H.
     */
    readonly meanSquareRate: number | null;
  };
  /** Steps measured, per sample; and those discarded before them. */
  readonly steps: number;
  readonly transient: number;
}

/** ‖∂h_to/∂h_from‖ ≤ (γ σ_max)^factors (Pascanu et al. 2013), beside what was measured; nats a step. */
export interface PascanuBound {
  /** γ = sup |φ'|. */
  readonly slope: number;
  /** σ_max(W_hh). */
  readonly norm: number;
  /** ln(γ σ_max). */
  readonly boundPerStep: number | null;
  /** ln of the largest singular value, over `factors`. */
  readonly measuredPerStep: number | null;
  /** ½ ln of mean s², over `factors`: what a random direction meets. */
  readonly typicalPerStep: number | null;
}

/** One gate's square block of W_hh. */
export interface WeightSpectrum {
  /** The letter the cell's equations give it; `h` where there is one. */
  readonly gate: string;
  /**
   * ρ = max |λ|; null where the iteration did not converge or an entry is not finite, as all that rest on eigenvalues.
   */
  readonly spectralRadius: number | null;
  /** σ_max. */
  readonly norm: number | null;
  /** ω = λ_max((W + Wᵀ)/2), the growth rate ‖exp(tW)‖ starts with (Trefethen and Embree 2005, theorem 17.4). */
  readonly numericalAbscissa: number | null;
  /** Henrici's departure from normality √(‖W‖_F² − Σ|λ|²) (Henrici 1962): zero for a normal matrix. */
  readonly departure: number | null;
  /** The same over ‖W‖_F, 0 … 1. */
  readonly relativeDeparture: number | null;
  /** `[re, im]`, largest modulus first, where asked for. */
  readonly eigenvalues?: readonly (readonly [number, number])[];
}
