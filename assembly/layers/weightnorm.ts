import { squareSum } from "../probes/norms";

/*
 * Weight norm (Salimans and Kingma 2016; torch.nn.utils.weight_norm, dim 0), a row r of W at a time:
 *
 *     W_r = g_r v_r/‖v_r‖      ∂L/∂g_r = ∂L/∂W_r · v_r/‖v_r‖      ∂L/∂v_r = g_r/‖v_r‖ · (∂L/∂W_r − ∂L/∂g_r v_r/‖v_r‖)
 */

/** W [rows][k] out of g [rows] and v [rows][k]. */
export function weightNormProduct(w: usize, g: usize, v: usize, rows: i32, k: i32): void {
  for (let r = 0; r < rows; r++) {
    const factor = <f64>load<f32>(g) / Math.sqrt(squareSum(v, k));
    for (const end = v + (<usize>k << 2); v < end; v += 4) { store<f32>(w, <f32>(<f64>load<f32>(v) * factor)); w += 4; }
    g += 4;
  }
}

/**
 * From ∂L/∂W in panels [⌈k/8⌉][stride][8], writes first · second · ∂L/∂v to out [rows][k], or with `scales` first ·
 * second · ∂L/∂g to out [rows]. Returns the sum of squares before these factors.
 */
export function weightNormGather(
  out: usize, g: usize, v: usize, panels: usize, rows: i32, k: i32, stride: i32, first: f64, second: f64, scales: i32,
): f64 {
  let squares: f64 = 0;
  const panelBytes = <usize>stride << 5;
  for (let r = 0; r < rows; r++) {
    const norm = Math.sqrt(squareSum(v, k)), row = panels + (<usize>r << 5);
    let dot: f64 = 0;
    for (let j = 0; j < k; j++) dot += entry(row, panelBytes, j) * <f64>load<f32>(v + (<usize>j << 2));
    const scale = dot / norm;
    if (scales != 0) {
      store<f32>(out, <f32>(scale * first * second));
      squares += scale * scale;
      out += 4;
    } else {
      const factor = <f64>load<f32>(g) / norm;
      for (let j = 0; j < k; j++) {
        const value = factor * (entry(row, panelBytes, j) - scale * <f64>load<f32>(v + (<usize>j << 2)) / norm);
        store<f32>(out, <f32>(value * first * second));
        squares += value * value;
        out += 4;
      }
    }
    g += 4; v += <usize>k << 2;
  }
  return squares;
}

/** The entry in column j of a row that is kept in panels. */
@inline function entry(row: usize, panelBytes: usize, j: i32): f64 {
  return <f64>load<f32>(row + <usize>(j >> 3) * panelBytes + (<usize>(j & 7) << 2));
}
