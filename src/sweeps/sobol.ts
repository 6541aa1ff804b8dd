/*
 * Sobol's sequence (Sobol' 1967), with the direction numbers of Joe and Kuo (2008) for the first ten dimensions, in the
 * order of Antonov and Saleev (1979): point i + 1 changes each coordinate of point i by one exclusive or.
 *
 *     x_{i+1} = x_i ⊕ v_c          c: place of the lowest zero bit of i
 *     v_k = 2^{−k} m_k,   m_k = 2a₁ m_{k−1} ⊕ 2²a₂ m_{k−2} ⊕ … ⊕ 2^s m_{k−s} ⊕ m_{k−s}
 */

/** Degree s, coefficients a and first numbers m of each dimension's polynomial, from the second on. */
const POLYNOMIALS: readonly (readonly [s: number, a: number, m: readonly number[]])[] = [
  [1, 0, [1]],
  [2, 1, [1, 3]],
  [3, 1, [1, 3, 1]],
  [3, 2, [1, 1, 1]],
  [4, 1, [1, 1, 3, 3]],
  [4, 4, [1, 3, 5, 13]],
  [5, 2, [1, 1, 5, 5, 17]],
  [5, 4, [1, 1, 5, 5, 5]],
  [5, 7, [1, 1, 7, 11, 19]],
];

export const SOBOL_DIMENSIONS = POLYNOMIALS.length + 1;
const BITS = 32;

/** Direction numbers of one dimension, as 32-bit fractions. */
function directions(dimension: number): number[] {
  if (dimension === 0) return Array.from({ length: BITS }, (_, k) => 2 ** (BITS - 1 - k));
  const [s, a, first] = POLYNOMIALS[dimension - 1];
  const m = [...first];
  for (let k = s; k < BITS; k++) {
    let next = BigInt(m[k - s]) ^ (BigInt(m[k - s]) << BigInt(s));
    for (let j = 1; j < s; j++) if ((a >> (s - 1 - j)) & 1) next ^= BigInt(m[k - j]) << BigInt(j);
    m.push(Number(next));
  }
  return m.map((value, k) => value * 2 ** (BITS - 1 - k));
}

/**
 * Returns a function that gives the points of a Sobol sequence in [0, 1)^dimensions, one at each call. The first point,
 * 0, is left out.
 */
export function sobol(dimensions: number): () => number[] {
  const tables = Array.from({ length: dimensions }, (_, d) => directions(d));
  const state = new Array<number>(dimensions).fill(0);
  let index = 0;
  return () => {
    let bit = 0;
    for (let i = index; i & 1; i >>>= 1) bit++;
    index++;
    for (let d = 0; d < dimensions; d++) state[d] = (state[d] ^ tables[d][bit]) >>> 0;
    return state.map((value) => value / 2 ** BITS);
  };
}
