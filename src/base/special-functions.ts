/**
 * erf and erfc in float64, without a table of coefficients.
 *
 * |x| < 2: the all-positive series erf x = (2/√π) e^{−x²} Σ_n 2ⁿ x^{2n+1}/(2n+1)!! (Abramowitz and Stegun 1964, 7.1.6).
 * Beyond: the continued fraction √π eˣ² erfc x = 1/(x + ½/(x + 1/(x + (3/2)/(x + …)))) (7.1.14), evaluated backward.
 */
const SERIES_LIMIT = 2; // erfc 2 = .0047: 1 − erf still has 14 digits
const FRACTION_TERMS = 80; // at x = 2 the 80th convergent is exact to 1e-16

/** The error function, to 2e-16. */
export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  const size = Math.abs(x);
  return size < SERIES_LIMIT ? erfSeries(x) : Math.sign(x) * (1 - erfcFraction(size));
}

/** The complementary error function 1 − erf x, to a relative 3e-14, down to the smallest float64. */
export function erfc(x: number): number {
  if (Number.isNaN(x)) return x;
  if (Math.abs(x) < SERIES_LIMIT) return 1 - erfSeries(x);
  return x > 0 ? erfcFraction(x) : 2 - erfcFraction(-x);
}

function erfSeries(x: number): number {
  const twice = 2 * x * x;
  let term = x;
  let sum = x;
  for (let odd = 3; Math.abs(term) > 1e-17 * Math.abs(sum); odd += 2) {
    term *= twice / odd;
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

function erfcFraction(x: number): number {
  if (x > 27.3) return 0; // e^{−x²} is below the smallest float64
  let fraction = x;
  for (let k = FRACTION_TERMS; k >= 1; k--) fraction = x + k / 2 / fraction;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}

/** Φ(x) = P(z ≤ x), z ~ N(0, 1), with full relative accuracy in the lower tail. */
export const normalCdf = (x: number): number => 0.5 * erfc(-x * Math.SQRT1_2);

/** The standard normal density. */
export const normalDensity = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);

/**
 * ψ(x) = d ln Γ/dx, x > 0: the recurrence ψ(x) = ψ(x + 1) − 1/x up to x ≥ 12, then the asymptotic series (Abramowitz
 * and Stegun 1964, 6.3.5 and 6.3.18), whose first term left out is below 1e-17 there.
 */
export function digamma(x: number): number {
  let y = x;
  let sum = 0;
  while (y < 12) sum -= 1 / y++;
  const r = 1 / (y * y);
  const tail = r * (1 / 12 - r * (1 / 120 - r * (1 / 252 - r * (1 / 240 - r * (1 / 132 - (r * 691) / 32760)))));
  return sum + Math.log(y) - 0.5 / y - tail;
}

/** ψ'(x), x > 0 (Abramowitz and Stegun 1964, 6.4.6 and 6.4.12). */
export function trigamma(x: number): number {
  let y = x;
  let sum = 0;
  for (; y < 12; y++) sum += 1 / (y * y);
  const r = 1 / (y * y);
  const tail = 1 / 6 - r * (1 / 30 - r * (1 / 42 - r * (1 / 30 - r * (5 / 66 - (r * 691) / 2730))));
  return sum + 1 / y + 0.5 * r + (r / y) * tail;
}
