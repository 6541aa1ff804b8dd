/** float32's largest and smallest normal numbers. */
const LARGEST = 3.4028234663852886e38;
const SMALLEST_NORMAL = 2 ** -126;

/**
 * The finite inputs that are tested, as float32: 2¹⁸ bit patterns over all exponents and both signs, uniform grids
 * over
 * |x| ≤ 120 and |x| ≤ 4, and a fine grid about each center; of these, those with |x| ≤ range. About 470,000.
 */
export function finiteInputs(centers: readonly number[] = [], range = LARGEST): Float32Array {
  const values = [0, -0, SMALLEST_NORMAL, -SMALLEST_NORMAL, 2 ** -149, -(2 ** -149), LARGEST, -LARGEST];
  const bits = new Uint32Array(1);
  const float = new Float32Array(bits.buffer);
  // An odd step close to 2¹⁴: the low bits of the significand run through every residue.
  for (let pattern = 0; pattern < 2 ** 32; pattern += 16381) {
    bits[0] = pattern;
    if (Number.isFinite(float[0])) values.push(float[0]!);
  }
  // The small second term prevents a grid of only short significands.
  for (let i = -60_000; i <= 60_000; i++) values.push(i / 500 + i * 1.7e-9);
  for (let i = -40_000; i <= 40_000; i++) values.push(i / 10_000 + i * 1.3e-10);
  for (const center of centers) {
    for (let i = -2000; i <= 2000; i++) values.push(center + i * 1e-5, center * (1 + i * 6e-8));
  }
  const inputs = Float32Array.from(values).filter((x) => Math.abs(x) <= range);
  return inputs.subarray(0, inputs.length & ~3); // whole vectors
}

/**
 * The largest |got − want| in units of its tolerance, and where: `relative` of |want|, 1e-38 absolute among the
 * subnormals, `absolute(x)` near a root. Values that overflow float32 must be the infinity of their sign.
 */
export function worstMisfit(
  inputs: Float32Array,
  got: Float32Array,
  want: (x: number) => number,
  relative = 1e-6,
  absolute: (x: number) => number = () => 0,
): { misfit: number; at: number } {
  let worst = { misfit: 0, at: 0 };
  for (let i = 0; i < inputs.length; i++) {
    const x = inputs[i]!;
    const y = got[i]!;
    const reference = want(x);
    let misfit = Math.abs(y - reference) / Math.max(relative * Math.abs(reference), absolute(x), 1e-38);
    if (Math.abs(reference) > LARGEST) {
      const nearly = Math.abs(reference) < LARGEST * (1 + relative) && Math.abs(y) >= LARGEST * (1 - relative);
      misfit = nearly || y === Math.fround(reference) ? 0 : Infinity;
    } else if (Number.isNaN(y)) misfit = Infinity;
    if (misfit > worst.misfit) worst = { misfit, at: x };
  }
  return worst;
}
