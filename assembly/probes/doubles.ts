/** [4] f64: the largest |x|, Σ (x/unit)², Σ |x|/unit, and how many are exactly zero. */
const NUMBERS = memory.data(32, 16);

/**
 * The numbers above of a matrix kept as double panels [⌈columns/8⌉][stride][8], its first `rows` rows and `columns`
 * columns; the two sums begin with `squares` and `sum`. Returns their address; the next call overwrites them.
 *
 * Terms are added one by one, row by row: so the sums have the bits of a loop over the row-major tensor. The largest is
 * NaN where a number is.
 */
export function doubleNumbers(
  panels: usize, rows: i32, columns: i32, stride: i32, unit: f64, squares: f64, sum: f64,
): usize {
  let largest: f64 = 0, zeros = 0;
  for (const last = panels + (<usize>rows << 6); panels < last; panels += 64) {
    let row = panels;
    for (let j = 0; j < columns; j += 8) {
      for (let x = row, end = row + (<usize>min(8, columns - j) << 3); x < end; x += 8) {
        const value = load<f64>(x), part = abs(value / unit);
        largest = max(largest, abs(value));
        squares += part * part;
        sum += part;
        zeros += i32(value == 0);
      }
      row += <usize>stride << 6;
    }
  }
  store<f64>(NUMBERS, largest);
  store<f64>(NUMBERS, squares, 8);
  store<f64>(NUMBERS, sum, 16);
  store<f64>(NUMBERS, <f64>zeros, 24);
  return NUMBERS;
}
