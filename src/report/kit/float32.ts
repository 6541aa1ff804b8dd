/** The ends of float32's range, as natural logarithms. */

/** Of the smallest number, 2^−149 ≈ 1.4e-45: a norm below it leaves no element that a float32 could hold. */
export const LN_FLOAT32_LEAST = -149 * Math.LN2;
/** Of the smallest normal number, 2^−126 ≈ 1.18e-38: below it digits are lost. */
export const LN_FLOAT32_NORMAL = -126 * Math.LN2;
/** Of the largest number, 2^128. */
export const LN_FLOAT32_MOST = 128 * Math.LN2;
