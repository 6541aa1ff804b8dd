/*
 * What one station looks like, in numbers a person reads: over the real samples of a batch,
 *
 *   mean, variance        of its activations
 *   saturated             share with |φ'| < 1 % of its largest possible value
 *   dead                  share of units with φ' = 0 for every sample
 *   zero, subnormal       shares of its gradient's entries that are exactly zero, or nonzero and below 2⁻¹²⁶ as a float32 would hold them
 */

/** Numbers written to `out` (f64): Σ h, Σ h², saturated, dead units, Σ‖h‖² is the second. Four in all. */
export const STATION_NUMBERS: i32 = 4;

/**
 * @param h     [P][stride][8]
 * @param slope [P][rows][8]; 0 where the station has no activation of its own
 * @param small 1 % of the largest |φ'|
 */
export function stationStatistics(
  out: usize, h: usize, stride: i32, slope: usize, rows: i32, panels: i32, batch: i32, small: f32,
): void {
  let sum: f64 = 0, squares: f64 = 0, saturated: f64 = 0, dead: f64 = 0;
  for (let i = 0; i < rows; i++) {
    let alive = slope == 0;
    for (let b = 0; b < batch; b++) {
      const p = b >> 3, at = (<usize>i << 5) + (<usize>(b & 7) << 2);
      const x = <f64>load<f32>(h + (<usize>(p * stride) << 5) + at);
      sum += x; squares += x * x;
      if (slope != 0) {
        const d = abs<f32>(load<f32>(slope + (<usize>(p * rows) << 5) + at));
        if (d < small) saturated += 1;
        if (d != 0) alive = true;
      }
    }
    if (!alive) dead += 1;
  }
  store<f64>(out, sum); store<f64>(out, squares, 8); store<f64>(out, saturated, 16); store<f64>(out, dead, 24);
}

/** How many entries of a gradient are exactly zero, and how many a float32 without an exponent beside it would hold as a subnormal or lose. */
export function gradientStatistics(out: usize, delta: usize, stride: i32, exponents: usize, rows: i32, panels: i32, batch: i32): void {
  let zero: f64 = 0, subnormal: f64 = 0;
  for (let b = 0; b < batch; b++) {
    const p = b >> 3, lane = <usize>(b & 7) << 2;
    const e = load<i32>(exponents + (<usize>p << 5) + lane);
    for (let i = 0; i < rows; i++) {
      const bits = load<i32>(delta + ((<usize>(p * stride) + <usize>i) << 5) + lane) & 0x7fffffff;
      if (bits == 0) zero += 1;
      else if ((bits >> 23) + e < 1) subnormal += 1; // its exponent in the true frame lies below the normal range
    }
  }
  store<f64>(out, zero); store<f64>(out, subnormal, 8);
}
