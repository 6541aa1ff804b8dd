export interface LayerFlow {
  /** For a recurrent layer: `l0`, `l0_reverse`, `l1`, …, the ending of its parameters' names. */
  readonly suffix?: string;
  readonly lnGradientNorm: Float64Array;
  /** For an LSTM: ln ‖∂L/∂c_t‖. */
  readonly lnCellGradientNorm?: Float64Array;
  /** The ledger of lnGradientNorm, or in an LSTM of lnCellGradientNorm. */
  readonly ledger?: Ledger;
  readonly gates?: GateFlow;
}

/**
 * ln ‖δ_{s}‖ − ln ‖δ_{s+1}‖ split exactly into named factors: `factors.weights[s]`, `factors.gate[s]`, … add up to
 * `total[s]`. Length: stations − 1. A factor is NaN where δ_{s+1} is zero.
 */
export interface Ledger {
  readonly factors: Readonly<Record<string, Float64Array>>;
  readonly total: Float64Array;
}

/** Fit of ln ‖δ_s‖ over distance from the loss. */
export interface Decay {
  /** Nats per station, positive if the gradient shrinks from the loss backward. */
  readonly perStation: number;
  /** ln 2 / perStation, in stations: negative if the gradient grows, infinite if it is constant. */
  readonly halfLife: number;
  readonly rSquared: number;
  /** ln ‖δ_first‖ − ln ‖δ_last‖; −∞ if the gradient becomes exactly zero. */
  readonly totalGain: number;
}

export interface Quantiles {
  readonly q05: Float64Array;
  readonly q50: Float64Array;
  readonly q95: Float64Array;
  /** Share of the batch's samples whose gradient is exactly zero there. */
  readonly silent?: Float64Array;
}

/** The gate on a cell's direct route from step to step: an LSTM's forget gate, a GRU's update gate z. */
export interface GateFlow {
  /** Its mean over batch and units, one value for each step. */
  readonly forget: Float64Array;
  /** 1/(1 − forget) in steps: the time constant of a memory with a constant gate. */
  readonly timeConstant: Float64Array;
}

/** The profile of one backward sweep, and its measurements. */
export interface Transport {
  readonly lnGradientNorm: Float64Array;
  readonly decay: Decay | null;
  readonly quantiles?: Quantiles;
  /** For a cell with a cell state: quantiles of ln ‖(∂L/∂h, ∂L/∂c)‖. */
  readonly stateQuantiles?: Quantiles;
  /** Of cells with a cell state: each layer's ln ‖∂L/∂c_t‖, in the order of the layers. */
  readonly lnCellGradientNorms?: readonly Float64Array[];
  /** One a layer of a stack; one for a deep network. */
  readonly ledgers?: readonly Ledger[];
}
