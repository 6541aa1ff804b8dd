/** Constants that the core and the host share: the build exports them to `src/wasm/generated/constants.ts`. */

/**
 * The exponent of a lane that is exactly zero. It is below every other exponent, so that a merge takes the other side's
 * frame.
 */
export const DEAD: i32 = -0x40000000;

/**
 * The binary exponent of a renormalized lane's norm: 2⁴⁰ ≤ ‖·‖ < 2⁴². It leaves 2⁻¹⁶⁶ below for derivatives and 2⁸⁷
 * above for weights.
 */
export const HEADROOM: i32 = 40;

/**
 * The binary exponent for a pass whose factors are too large for HEADROOM: it leaves 2¹⁶⁷ above, more than any float32,
 * and 2⁻⁸⁶ below.
 */
export const LOWERED: i32 = -40;

/** Steps whose weight gradients are one product: 16 steps of 8 samples give tiles of 2 kB and panels of 4 kB. */
export const BLOCK: i32 = 16;

/** Blocks summed in float32 before they go to float64: 16·16·8 = 2,048 terms. */
export const BLOCKS_OF_FLOAT: i32 = 16;

/** Bytes at the head of a depth pass's `scratch` that `record` and the normalizers use. */
export const HEAD: i32 = 256;

/** Columns of one block of reflectors of a Jacobian's frame. */
export const REFLECTORS: i32 = 32;

/**
 * Magnitudes are counted by binade, the numbers from one power of two up to the next. BINADES of them have the
 * exponents LEAST_BINADE, LEAST_BINADE + 1, …; the first also counts everything smaller, the last everything larger. A
 * loss scale of up to 2¹²⁷ may lift an entry over bfloat16's smallest number, 2⁻¹³³.
 */
export const LEAST_BINADE: i32 = -262;
export const BINADES: i32 = 392;

/**
 * Parts of a binade: the power of two itself, and the numbers that round up to the next power in neither, one or both
 * of the half-precision formats.
 */
export const BINADE_PARTS: i32 = 4;

/** Bytes of one count: four a part. */
export const MAGNITUDE_BYTES: i32 = 6272;
