/** Special functions in float64, with a relative error of about 1e-14: the references of the float32 ones. */
const { abs, exp, PI, sqrt } = Math;

/** erf x = 2/√π e^(−x²) Σ 2ⁿ x^(2n+1)/(2n+1)!!: every term positive, so no digit is lost. |x| ≤ 3. */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; abs(term) > 1e-17 * abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / sqrt(PI)) * exp(-x * x) * sum;
}

/** erfc x = e^(−x²)/√π · 1/(x + ½/(x + 1/(x + 3⁄2/(x + …)))), from the innermost term outwards. x ≥ 2. */
function erfcFraction(x: number): number {
  let f = x;
  for (let n = 120; n >= 1; n--) f = x + n / 2 / f;
  return exp(-x * x) / sqrt(PI) / f;
}

export function erf(x: number): number {
  return abs(x) < 2 ? erfSeries(x) : Math.sign(x) * (1 - erfcFraction(abs(x)));
}

export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  return x < 2 ? 1 - erfSeries(x) : erfcFraction(x);
}

/** The standard normal's distribution and density. */
export const normalCdf = (x: number) => erfc(-x / Math.SQRT2) / 2;
export const normalPdf = (x: number) => exp((-x * x) / 2) / sqrt(2 * PI);

export const sigmoid = (x: number) => (x > 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x)));
