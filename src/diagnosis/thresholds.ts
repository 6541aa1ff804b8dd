/**
 * Every constant of the diagnosis with its reason. All but one apply to dimensionless gains (nats along the path) or to
 * ratios; the docstring of the one absolute number says so.
 */
export const THRESHOLDS = {
  /**
   * |gain| in nats at which a path stops being healthy: ln 1000.
   *
   * One learning rate serves all stations only while their update-to-weight ratios stay within the range in which
   * training works, 1e-4 to 1e-1 (TheDeepChecker; Karpathy's rule of thumb is 1e-3): three decades. A path whose ends
   * differ by more has stations that hardly move or stations that jump. The bound leaves room for what healthy networks
   * do by chance: in a ReLU network with He's initialization, ln ‖δ‖² has mean −5L/(2n) and variance 5L/n (Hanin and
   * Nica 2020). At depth 100 and width 64, ln ‖δ‖ is then −2.0 ± 1.4, which is 3.5 standard deviations inside the
   * bound. A critical tanh network decays as a power of depth: ½ ln L = 2.3 nats at L = 100. Float32's relative
   * resolution is ln 2⁻²³ = −15.9, more than twice as far: there the gradient of a tied weight no longer contains the
   * share of the far station. So a path called vanishing is hard to train, and one beyond that resolution cannot be
   * trained.
   */
  gain: Math.log(1000),
  /**
   * Reach counts stations that keep this much of the norm, in nats: the same thousandth.
   */
  reach: -Math.log(1000),
  /**
   * Samples disagree if the 5 % and 95 % quantiles are on opposite sides of the healthy range. They also disagree if
   * one lies beyond this multiple of the threshold and the other inside the healthy range, and the two are `mixedApart`
   * thresholds apart.
   */
  mixedOutside: 2,
  /** Keeps a spread around the threshold from counting as a disagreement; see `mixedOutside`. */
  mixedApart: 1.5,
  /** Converged: the loss is at most this part of the trivial answer's; for squared error, a tenth of its gradient. */
  converged: 0.01,
  /**
   * Plateau: the loss differs from the trivial answer's by at most this part, or by two standard errors √(2/B) of a
   * variance over B samples.
   */
  plateau: 0.05,
  /** Upper bound of that difference. */
  plateauMost: 0.25,
  /**
   * On a plateau the output errors cancel over the batch: their mean explains at most this part of them, or 4/B, the
   * noise of a mean.
   */
  aligned: 0.05,
  /**
   * If the baseline of a squared error is not known, a run counts as converged below this ln ‖∂L/∂h_last‖, ln 1e-6.
   * This is the only absolute number here, and the verdict does not depend on it.
   */
  tinyGradient: Math.log(1e-6),
  /**
   * Nats a layer that even a careful initialization loses; they are charged to depth. It is at least 0.02: a ReLU
   * network of width 64 loses this much because its width is finite, 5/(4n) (Hanin and Nica 2020), and a critical tanh
   * network of 100 layers because of its curvature, (½ ln L)/L.
   */
  tolerance: 0.02,
  /** Narrower layers lose more, 5/(4n), but at most this is charged to depth: beyond it the station is at fault. */
  toleranceMost: 0.1,
  /**
   * A first layer is saturated if this share of its derivatives is below a hundredth of the largest. Normal
   * pre-activations then have a standard deviation of four times the distance at which tanh becomes flat.
   */
  flat: 0.8,
  /**
   * A first layer is dead if this share of its units is off for the whole batch; only for batches of four or more
   * samples.
   */
  deadUnits: 0.9,
  /**
   * A layer's gates let nothing in if a step writes less than this part of what it loses. Under chrono's initial biases
   * it writes as much.
   */
  balance: 0.01,
  /**
   * Samples on the flat ends of the first layer are reported only if less than this share of the other samples'
   * derivatives is flat. Else the whole layer is nearly saturated, and the samples do not differ.
   */
  flatOthers: 0.5,
  /** Samples that send a gradient of exactly zero are reported from this share on, that of the 5 % quantile. */
  silent: 0.05,
  /**
   * A loss is far above the trivial answer's if it is this many times that loss, and this many times the loss of an
   * untrained network with a careful initialization. The latter is ln Y, or for squared error 1 + the mean square of
   * the targets (at most 4: a small mean is learned at once). Outputs that are independent of the targets add their own
   * variance: with a careful initialization, plain networks start within a factor of 2 and residual networks of 20
   * layers within 10, and both train.
   */
  aboveTrivial: 10,
  /**
   * A network has learned a task if its loss is at most this part of the trivial answer's. A network without any
   * nonlinearity whose best linear answer has a larger loss cannot learn it.
   */
  learned: 0.5,
  /**
   * Targets are not scaled if their root mean square is this large: outputs start near 1, and Adam at a rate of 1e-3
   * moves a weight by 1 in a thousand updates. A tenth of it is enough if the loss is `aboveTrivial` times that of the
   * trivial answer, because then their mean is far from the outputs and their differences are small beside it.
   */
  targetScale: 100,
  /**
   * Bounds of ‖Δθ‖/‖θ‖ of one update. Training works from 1e-4 to 1e-1 (TheDeepChecker). Below a tenth of this range, a
   * change of one percent takes a thousand updates; above 1, an update replaces the weights.
   */
  updateLeast: 1e-5,
  updateMost: 1,
  /** Nats by which φ' of a station may lie below its reference by chance. Beyond, it counts as saturated or dead. */
  slopeNoise: 0.1,
} as const;

/** ln of float32's smallest normal number, 2⁻¹²⁶, its smallest number, 2⁻¹⁴⁹, and the first that is too large, 2¹²⁸. */
export const FLOAT32 = { normal: -126 * Math.LN2, zero: -149 * Math.LN2, overflow: 128 * Math.LN2 } as const;
