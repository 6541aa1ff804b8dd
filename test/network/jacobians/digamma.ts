/** ψ(x) and ψ'(x) by recurrence and their asymptotic series (Abramowitz and Stegun 6.3.18, 6.4.12). */
export function digamma(x: number): number {
  let shift = 0;
  let y = x;
  for (; y < 10; y++) shift += 1 / y;
  return Math.log(y) - 1 / (2 * y) - 1 / (12 * y ** 2) + 1 / (120 * y ** 4) - shift;
}

export function trigamma(x: number): number {
  let shift = 0;
  let y = x;
  for (; y < 10; y++) shift += 1 / y ** 2;
  return 1 / y + 1 / (2 * y ** 2) + 1 / (6 * y ** 3) - 1 / (30 * y ** 5) + shift;
}
