/**
 * erf and erfc in float64, by the two textbook expansions rather than by a fitted polynomial.
 *
 * Abramowitz and Stegun 1964, 7.1.6: erf x = (2/√π) e^{−x²} Σ_n 2ⁿ x^{2n+1} / (1·3·…·(2n+1)): all terms of one sign,
 * so nothing cancels. 7.1.14: erfc x = e^{−x²}/√π · 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …)))), for x > 0.
 */
const SWITCH = 1; // below, 1 − erf loses at most 3 bits; above, the fraction's error e^{−2x√(2·LEVELS)} is below e^{−60}
const LEVELS = 450;

function erfSeries(x: number): number {
  let term = x;
  let total = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(total); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    total += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}

function erfcFraction(x: number): number {
  let denominator = x;
  for (let n = LEVELS; n >= 1; n--) denominator = x + n / 2 / denominator;
  return expMinusSquare(x) / (Math.sqrt(Math.PI) * denominator);
}

/** e^{−x²}, x split at 1/64 so that the rounding of x² (500 ulp at x = 26) does not reach the exponent. */
export function expMinusSquare(x: number): number {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? x : 0;
  const high = Math.trunc(x * 64) / 64;
  return Math.exp(-high * high) * Math.exp(-(x - high) * (x + high));
}

export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  if (Math.abs(x) < SWITCH) return erfSeries(x);
  return Math.sign(x) * (1 - erfc(Math.abs(x)));
}

export function erfc(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x === Number.POSITIVE_INFINITY) return 0;
  if (x === Number.NEGATIVE_INFINITY) return 2;
  if (x < -SWITCH) return 2 - erfcFraction(-x);
  if (x < SWITCH) return 1 - erfSeries(x);
  return erfcFraction(x);
}
