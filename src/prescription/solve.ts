/** Factors a search begins with: whole octaves round the network's own gain. */
const OCTAVES = [0, -1, 1, -2, 2, -3, 3, -4, 4, -5, 5, -6, 6];
/** Halvings of an octave: ln 2/2¹² a step, 0.2 nats over a path of a thousand. */
const HALVINGS = 12;
/** Nats within which a path counts as level. */
const LEVEL = 0.5;

/** What a search found. */
export interface Solved {
  readonly factor: number;
  /** The gain there, nats. */
  readonly gain: number;
}

/**
 * The factor on the weights at which a path's measured gain is 0: from whole octaves outward to the first two neighbors
 * of opposite sign, then by bisection of ln factor. Where no two are, the factor whose gain is nearest to 0: a φ that
 * saturates may have no level gain.
 *
 * It yields each factor to be tried, and is handed the gain measured there; NaN, a pass that left the numbers' range,
 * counts as +∞.
 */
export function* solveGain(): Generator<number, Solved, number> {
  const tried = new Map<number, number>(); // by ln₂ factor
  let best: Solved = { factor: 1, gain: Number.POSITIVE_INFINITY };
  function* at(octave: number): Generator<number, number, number> {
    const measured = yield 2 ** octave;
    const gain = Number.isNaN(measured) ? Number.POSITIVE_INFINITY : measured;
    tried.set(octave, gain);
    if (Math.abs(gain) < Math.abs(best.gain)) best = { factor: 2 ** octave, gain };
    return gain;
  }
  let bracket: [low: number, high: number] | undefined;
  for (const octave of OCTAVES) {
    const gain = yield* at(octave);
    if (Math.abs(gain) <= LEVEL) return best;
    for (const neighbor of [octave - 1, octave + 1]) {
      const other = tried.get(neighbor);
      if (other !== undefined && Math.sign(other) !== Math.sign(gain)) {
        bracket = gain < 0 ? [octave, neighbor] : [neighbor, octave];
      }
    }
    if (bracket !== undefined) break;
  }
  if (bracket === undefined) return best;
  let [below, above] = bracket; // octaves of negative and positive gain, either may be the larger
  for (let i = 0; i < HALVINGS && Math.abs(best.gain) > LEVEL; i++) {
    const middle = (below + above) / 2;
    if ((yield* at(middle)) < 0) below = middle;
    else above = middle;
  }
  return best;
}
