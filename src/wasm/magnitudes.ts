/** Entries of a gradient counted by magnitude, as `assembly/probes/halves.ts` defines them. */
export interface Magnitudes {
  /** `[stations, binades, parts]`. */
  readonly counts: Int32Array;
  /** Number of counts: one for each station, or one for each group of neighboring stations. */
  readonly stations: number;
  /** Number of stations. */
  readonly of: number;
}
