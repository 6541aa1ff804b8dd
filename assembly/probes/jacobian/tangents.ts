import { at } from "./vectors";

/*
 * Forward derivatives of the operations of a deep net, on columns of tangents x [columns][lead] f64, n rows of each.
 * The operand is the first sample of a panel [n][8] f32: a tape, a value or a parameter read with its own stride.
 */

/** x ← s ⊙ x for every column: an activation's slope, a highway's gate. */
export function tangentScale(x: usize, lead: i32, columns: i32, s: usize, step: i32, n: i32): void {
  for (let c = 0; c < columns; c++) {
    let to = at(x, c * lead), from = s;
    for (const end = to + (<usize>n << 3); to < end; to += 8, from += step) store<f64>(
      to, load<f64>(to) * <f64>load<f32>(from),
    );
  }
}

/** y += α x, column by column. */
export function tangentAdd(y: usize, x: usize, lead: i32, columns: i32, alpha: f64, n: i32): void {
  for (let c = 0; c < columns; c++) {
    let to = at(y, c * lead), from = at(x, c * lead);
    for (const end = to + (<usize>n << 3); to < end; to += 8, from += 8) store<f64>(
      to, load<f64>(to) + alpha * load<f64>(from),
    );
  }
}

/**
 * x ← γ ⊙ r (x − mean x − x̂ mean(x̂ ⊙ x)): layer norm's derivative; without `centered`, RMS norm's.
 *
 * @param normed x̂ [n][8]  @param gamma [n]  @param inverse r, one float
 */
export function tangentNorm(
  x: usize, lead: i32, columns: i32, normed: usize, gamma: usize, inverse: usize, n: i32, centered: bool,
): void {
  const r = <f64>load<f32>(inverse);
  for (let c = 0; c < columns; c++) {
    const from = at(x, c * lead), end = from + (<usize>n << 3);
    let sum: f64 = 0, product: f64 = 0, hat = normed;
    for (let p = from; p < end; p += 8, hat += 32) {
      const value = load<f64>(p);
      sum += value; product += value * <f64>load<f32>(hat);
    }
    const mean = centered ? sum / <f64>n : 0, slope = product / <f64>n;
    hat = normed;
    let scale = gamma;
    for (let p = from; p < end; p += 8, hat += 32, scale += 4) {
      store<f64>(p, <f64>load<f32>(scale) * r * (load<f64>(p) - mean - <f64>load<f32>(hat) * slope));
    }
  }
}
