/** The gradient flow that theory predicts. Plain data, so it survives `structuredClone`. All logarithms are natural. */
export interface Prediction {
  readonly schema: "evanesce.prediction/1";
  /** Whether a theory is known for this spec. If not, every other result is null or empty. */
  readonly applies: boolean;
  /** One sentence: the theory and its assumptions, or the reason why none applies. */
  readonly why: string;
  readonly regime: Regime;
  /**
   * Ordered: χ₁ < 1, inputs converge and gradients vanish. Chaotic: χ₁ > 1, inputs diverge and gradients explode.
   * Critical: |χ₁ − 1| ≤ 1e-6, neither of both (or only as a power of depth). Null if the network has no such fixed
   * point (residual, normalized, gated).
   */
  readonly phase: Phase | null;
  /** Mean-field parameters of the hidden (recurrent) weights and biases: variance × fan_in, and variance. */
  readonly sigmaW2: number | null;
  readonly sigmaB2: number | null;
  /**
   * σ_w² at which this φ with this σ_b² is critical and networks can stay; null if there is none or it has no meaning.
   */
  readonly criticalSigmaW2: number | null;
  /**
   * Variance of the pre-activations at each station; with activationPosition pre that of h. In a stack, that of the top
   * layer.
   */
  readonly q: number[];
  /** The limit of q after many stations; Infinity if it grows without bound. */
  readonly qStar: number | null;
  /** Factor of one station on the squared gradient norm, at q*. */
  readonly chi1: number | null;
  readonly chiQ: number | null;
  readonly cStar: number | null;
  /**
   * Depth scales in stations: of the length, of the correlation and of the gradient. A negative one means growth,
   * Infinity no change.
   */
  readonly xiQ: number | null;
  readonly xiC: number | null;
  readonly xiGrad: number | null;
  /**
   * ½ ln E ‖δ_s‖² relative to the last station, which has 0; index 0 is farthest from the loss. −∞ means exactly zero.
   */
  readonly lnGradientNorm: Float64Array | null;
  /** Nats per station by least squares over the finite part of the profile; positive if the gradient shrinks. */
  readonly perStation: number | null;
  /**
   * The band in which ln ‖δ_s‖ of a single network (one sample) is expected: mean ± 2 standard deviations at its width.
   * Its middle is below `lnGradientNorm`, because the mean of a logarithm is below the logarithm of the mean. Null if
   * no law is known.
   */
  readonly band: Band | null;
  /** Recurrent, one layer, weights of known σ_max: ln of Pascanu's upper bound on ‖∂h_last/∂h_s‖. */
  readonly lnBound: Float64Array | null;
  /** For gated cells: the part that the gate of the carry keeps by its bias alone. */
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

/** Facts that a spec leaves to the task. */
export interface PredictOptions {
  /** E x², the mean square of an input coordinate after the scaling of the task. Default 1. */
  readonly inputSquare?: number;
  /** Variance of the pre-activations of the first station; by default from `inputSquare`. Feed-forward only. */
  readonly q0?: number;
  /** T, stations of a recurrent profile. Default 100. */
  readonly steps?: number;
  /** X, if the spec lacks it. Default: the number of hidden units. */
  readonly inputs?: number;
  /** Whether to find the critical σ_w², which takes the most time; otherwise it is null. Default true. */
  readonly critical?: boolean;
  /** Whether to find c* and ξ_c, which take most of the remaining time; otherwise they are null. Default true. */
  readonly correlations?: boolean;
}

/** A prediction that has only a reason. */
export const nothing = (why: string): Prediction => ({ ...EMPTY, applies: false, why, regime: "none" });

/** A prediction without results; each theory overwrites those that it gives. */
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

/** Decay in nats a station: the slope by least squares over the finite values; positive if the gradient shrinks. */
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
