/** The first factors of a search: powers of two around the network's own gain. */
const OCTAVES = [0, -1, 1, -2, 2, -3, 3, -4, 4, -5, 5, -6, 6];
/** Halvings of an octave. They leave ln 2/2¹² a step, which is 0.2 nats over a path of a thousand steps. */
const HALVINGS = 12;
/** A path with |gain| below this many nats counts as level. */
const LEVEL = 0.5;

/** The result of a search. */
export interface Solved {
  readonly factor: number;
  /** The gain with this factor, in nats. */
  readonly gain: number;
}

/**
 * Searches the factor on the weights at which the measured gain of a path is 0: over powers of two until two neighbors
 * have gains of opposite sign, then by bisection of ln factor. If there are no such neighbors (a φ that saturates may
 * have no factor with gain 0), the result is the factor whose gain is nearest to 0.
 *
 * It yields each factor to try and receives the measured gain. NaN (the pass left the range of numbers) counts as +∞.
 */
export function* solveGain(): Generator<number, Solved, number> {
  const tried = new Map<number, number>(); // the key is log₂ of the factor
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
  let [below, above] = bracket; // octaves with negative and with positive gain; either can be the larger one
  for (let i = 0; i < HALVINGS && Math.abs(best.gain) > LEVEL; i++) {
    const middle = (below + above) / 2;
    if ((yield* at(middle)) < 0) below = middle;
    else above = middle;
  }
  return best;
}
