/** Entries of a gradient counted by magnitude, as `assembly/probes/halves.ts` says. */
export interface Magnitudes {
  /** `[stations, binades, parts]`. */
  readonly counts: Int32Array;
  /** Counts there are: one for each station, or for each of so many runs of stations. */
  readonly stations: number;
  /** Stations there are. */
  readonly of: number;
}
