/**
 * Closed forms of E[φ(u₁)φ(u₂)] and E[φ'(u₁)φ'(u₂)], u ~ N(0, q [[1, c], [c, 1]]). Callers check q and c.
 *
 * Rectifiers, φ(u) = u for u > 0 and a·u below (identity a = 1, ReLU a = 0), from the arc-cosine kernels of Cho and
 * Saul 2009 (equations 3 to 6, n = 0 and 1). In φ(u) = (1 + a)/2 u + (1 − a)/2 |u|, odd and even part are independent:
 *
 *     E[φ(u₁)φ(u₂)]  = q ( (1 + a)²/4 c + (1 − a)²/4 · (2/π)(√(1 − c²) + c asin c) )
 *     E[φ'(u₁)φ'(u₂)] =    (1 + a)²/4   + (1 − a)²/4 · (2/π) asin c
 */
export function rectifierProduct(negativeSlope: number, q: number, c: number): number {
  const [odd, even] = parts(negativeSlope);
  return q * (odd * c + ((even * 2) / Math.PI) * (Math.sqrt((1 - c) * (1 + c)) + c * Math.asin(c)));
}

export function rectifierSlopeProduct(negativeSlope: number, c: number): number {
  const [odd, even] = parts(negativeSlope);
  return odd + ((even * 2) / Math.PI) * Math.asin(c);
}

const parts = (a: number): [number, number] => [(1 + a) ** 2 / 4, (1 - a) ** 2 / 4];

/** c_{l+1} of a rectifier network without biases, in which the scale cancels. For ReLU, c_l = 0 gives 1/π. */
export const rectifierCorrelation = (negativeSlope: number, c: number): number =>
  (2 * rectifierProduct(negativeSlope, 1, c)) / (1 + negativeSlope ** 2);
