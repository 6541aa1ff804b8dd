/** How far back from the loss a gradient keeps a given part of its norm. */
export interface Reach {
  /** How many consecutive stations, counted back from the last but one, have a gain of at least `floor`. */
  readonly stations: number;
  /** The share of all stations but the last: 1 if the whole path is reached, or has one station. */
  readonly share: number;
  /** In nats. */
  readonly floor: number;
}

/** @param gains `[S]` nats relative to the last station, as `gainsFromLast` gives them */
export function reach(gains: Float64Array, floor: number): Reach {
  const most = Math.max(gains.length - 1, 0);
  let stations = 0;
  while (stations < most && gains[most - 1 - stations] >= floor) stations++;
  return { stations, share: most === 0 ? 1 : stations / most, floor };
}
