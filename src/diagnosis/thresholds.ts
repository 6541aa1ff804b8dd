/**
 * Every constant of the diagnosis with its reason. All act on dimensionless gains (nats along the path) or on ratios;
 * the one absolute number is said to be one.
 */
export const THRESHOLDS = {
  /**
   * |gain| in nats at which a path stops being healthy: ln 1000.
   *
   * One learning rate serves all stations only while their update-to-weight ratios stay within the range in which
   * training works, 1e-4 to 1e-1 (TheDeepChecker; Karpathy's rule of thumb is 1e-3): three decades. A path whose ends
   * differ by more has stations that do not move or stations that jump. It leaves room for what healthy networks do by
   * chance: in a ReLU network of He's initialization, ln ‖δ‖² has mean −5L/(2n) and variance 5L/n (Hanin and Nica
   * 2020), so at depth 100 and width 64 ln ‖δ‖ is −2.0 ± 1.4, 3.5 standard deviations within; a critical tanh network
   * decays as a power of depth, ½ ln L = 2.3 nats at L = 100. Float32's relative resolution, ln 2⁻²³ = −15.9, where a
   * tied weight's gradient no longer holds the far station's share at all, is more than twice as far: a path called
   * vanishing here is already hard to train, one beyond that cannot be trained by it.
   */
  gain: Math.log(1000),
  /**
   * Reach counts stations that keep this much of the norm, in nats: the same thousandth.
   */
  reach: -Math.log(1000),
  /**
   * Samples disagree where the 5 % and 95 % quantiles are on opposite sides of the healthy range, or where one lies
   * this many times beyond its border and the other inside …
   */
  mixedOutside: 2,
  /** … so many thresholds apart, so that a spread around the border is not a disagreement. */
  mixedApart: 1.5,
  /** Converged: at most this part of the trivial answer's loss is left, a tenth of its gradient for squared error. */
  converged: 0.01,
  /**
   * Plateau: the loss is within this part of the trivial answer's, or within two standard errors √(2/B) of a variance
   * over B samples …
   */
  plateau: 0.05,
  /** … but never more than this far away. */
  plateauMost: 0.25,
  /**
   * A plateau's output errors cancel over the batch: their mean explains at most this part of them, or 4/B, the noise
   * of a mean.
   */
  aligned: 0.05,
  /**
   * Where a squared error's baseline is not known: ln ‖∂L/∂h_last‖ below which a run counts as converged, ln 1e-6. The
   * only absolute number here, and it never touches the verdict.
   */
  tinyGradient: Math.log(1e-6),
  /**
   * Nats a layer that even a careful initialization loses, and that are charged to depth: at least 0.02, what a ReLU
   * network 64 wide loses to its finite width, 5/(4n) (Hanin and Nica 2020), and a critical tanh network 100 deep to
   * curvature, (½ ln L)/L …
   */
  tolerance: 0.02,
  /**
   * … more where the layers are narrower, 5/(4n), but no more than this: beyond a tenth a station it is the station
   * that is at fault.
   */
  toleranceMost: 0.1,
  /**
   * A first layer is saturated where this share of its derivatives is below a hundredth of the largest: under normal
   * pre-activations that is a standard deviation four times as large as tanh's flat ends lie from 0.
   */
  flat: 0.8,
  /**
   * A first layer is dead where so many of its units are off for the whole batch; of batches of four or more samples.
   */
  deadUnits: 0.9,
  /** Samples that send exactly nothing are named from the share on that the 5 % quantile stands for. */
  silent: 0.05,
  /**
   * A loss is far above the trivial answer's where it is this many times that, and this many times what an untrained
   * network of careful initialization has: ln Y, or for squared error 1 + the targets' mean square, of which a mean of
   * a unit or two is learned at once. Outputs that know nothing of the targets add their own variance: plain networks
   * of careful initialization start within a factor of 2, residual ones of 20 layers within 10, and both train.
   */
  aboveTrivial: 10,
  /**
   * Targets are not scaled where their root mean square is this large: outputs start near 1, and Adam at a rate of 1e-3
   * moves a weight by 1 in a thousand updates. From a tenth of it on where the loss is `aboveTrivial` times the trivial
   * answer's: the mean alone is far away then, and what tells the samples apart is small beside it.
   */
  targetScale: 100,
  /**
   * ‖Δθ‖/‖θ‖ of one update. Training works from 1e-4 to 1e-1 (TheDeepChecker). Below a tenth of that a percent of
   * change takes a thousand updates; above 1 an update replaces the weights.
   */
  updateLeast: 1e-5,
  updateMost: 1,
  /** Nats by which one station's φ' may fall below its reference by chance, before it counts as saturated or dead. */
  slopeNoise: 0.1,
} as const;

/** ln 2⁻¹²⁶, ln 2⁻¹⁴⁹ and ln 2¹²⁸: float32's smallest normal number, smallest number, and the first it cannot hold. */
export const FLOAT32 = { normal: -126 * Math.LN2, zero: -149 * Math.LN2, overflow: 128 * Math.LN2 } as const;
