/** The ends of float32's range, as natural logarithms. */

/** The smallest number, 2^−149 ≈ 1.4e-45. If a norm is below it, every element is zero in float32. */
export const LN_FLOAT32_LEAST = -149 * Math.LN2;
/** The smallest normal number, 2^−126 ≈ 1.18e-38. Below it, digits are lost. */
export const LN_FLOAT32_NORMAL = -126 * Math.LN2;
/** The largest number, 2^128. */
export const LN_FLOAT32_MOST = 128 * Math.LN2;
