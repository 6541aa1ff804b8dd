/**
 * What theory says the gradient's flow should be. Plain data: survives `structuredClone`. All logarithms are natural.
 */
export interface Prediction {
  readonly schema: "evanesce.prediction/1";
  /** Whether a theory is known for this spec. Where false every other result is null or empty. */
  readonly applies: boolean;
  /** One sentence: which theory, on what assumptions, or why none applies. */
  readonly why: string;
  readonly regime: Regime;
  /**
   * Ordered: χ₁ < 1, inputs converge and gradients vanish. Chaotic: χ₁ > 1, inputs diverge and gradients explode.
   * Critical: |χ₁ − 1| ≤ 1e-6, neither (or as a power of depth). Null where the net has no such fixed point (residual,
   * normalized, gated).
   */
  readonly phase: Phase | null;
  /** Mean-field parameters of the hidden (recurrent) weights and biases: variance × fan_in, and variance. */
  readonly sigmaW2: number | null;
  readonly sigmaB2: number | null;
  /**
   * σ_w² at which this φ is critical with this σ_b², and networks can be; null where there is none or it means nothing.
   */
  readonly criticalSigmaW2: number | null;
  /**
   * Variance of the pre-activations at each station; with activationPosition pre that of h. Of a stack: the top
   * layer's.
   */
  readonly q: number[];
  /** Where q ends as stations go on; Infinity where it grows without bound. */
  readonly qStar: number | null;
  /** Factor on the squared gradient norm a station, at q*. */
  readonly chi1: number | null;
  readonly chiQ: number | null;
  readonly cStar: number | null;
  /**
   * Depth scales in stations: of the length, of the correlation, of the gradient (negative: growth; Infinity: none).
   */
  readonly xiQ: number | null;
  readonly xiC: number | null;
  readonly xiGrad: number | null;
  /** ½ ln E ‖δ_s‖² relative to the last station, which is 0; index 0 is farthest from the loss. −∞: exactly zero. */
  readonly lnGradientNorm: Float64Array | null;
  /** Nats a station over the finite part of the profile, least squares; positive where the gradient shrinks. */
  readonly perStation: number | null;
  /**
   * Where one network's own ln ‖δ_s‖ (one sample) should lie: mean ± 2 standard deviations at its width. Its middle is
   * below `lnGradientNorm`, as the mean of a logarithm is below the logarithm of the mean. Null where no law is known.
   */
  readonly band: Band | null;
  /** Recurrent, one layer, weights of known σ_max: ln of Pascanu's upper bound on ‖∂h_last/∂h_s‖. */
  readonly lnBound: Float64Array | null;
  /** Gated cells: what the gate of the carry keeps with nothing but its bias. */
  readonly carry: { readonly factor: number; readonly lnPerStep: number; readonly timeConstant: number } | null;
  readonly citations: string[];
  readonly notes: string[];
}

export type Regime =
  | "plain"
  | "residual"
  | "layer-norm"
  | "rms-norm"
  | "batch-norm"
  | "highway"
  | "dense"
  | "recurrent"
  | "gated"
  | "none";

export type Phase = "ordered" | "critical" | "chaotic";

/** Same length as the profile; both 0 at the last station. */
export interface Band {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** What a spec leaves to the task. */
export interface PredictOptions {
  /** E x², the mean square of an input coordinate (after the task's own scaling). Default 1. */
  readonly inputSquare?: number;
  /** Variance of the first station's pre-activations, in place of what `inputSquare` gives. Feed-forward only. */
  readonly q0?: number;
  /** T, stations of a recurrent profile. Default 100. */
  readonly steps?: number;
  /** X, where the spec leaves it out. Default: as many as hidden units. */
  readonly inputs?: number;
  /** Whether to look for the critical σ_w² too, which takes longest; null in the prediction without. Default true. */
  readonly critical?: boolean;
}

/** A prediction with nothing in it but a reason. */
export const nothing = (why: string): Prediction => ({ ...EMPTY, applies: false, why, regime: "none" });

/** Every result absent: builders overwrite what their theory gives. */
export const EMPTY: Omit<Prediction, "applies" | "why" | "regime"> = {
  schema: "evanesce.prediction/1",
  phase: null,
  sigmaW2: null,
  sigmaB2: null,
  criticalSigmaW2: null,
  q: [],
  qStar: null,
  chi1: null,
  chiQ: null,
  cStar: null,
  xiQ: null,
  xiC: null,
  xiGrad: null,
  lnGradientNorm: null,
  perStation: null,
  band: null,
  lnBound: null,
  carry: null,
  citations: [],
  notes: [],
};

/** Least squares of a profile's finite values on distance from its end, nats a station, positive where it shrinks. */
export function decayPerStation(lnNorm: Float64Array): number | null {
  const last = lnNorm.length - 1;
  let [n, sumX, sumY] = [0, 0, 0];
  lnNorm.forEach((y, s) => {
    if (!Number.isFinite(y)) return;
    n++;
    sumX += last - s;
    sumY += y;
  });
  if (n < 2) return null;
  let [sxx, sxy] = [0, 0];
  lnNorm.forEach((y, s) => {
    if (!Number.isFinite(y)) return;
    const x = last - s - sumX / n;
    sxx += x * x;
    sxy += x * (y - sumY / n);
  });
  return sxy === 0 ? 0 : -sxy / sxx;
}
