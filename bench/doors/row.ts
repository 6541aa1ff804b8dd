/** One file that was tried. */
export interface DoorRow {
  readonly file: string;
  readonly format: string;
  /** Its content. */
  readonly holds: string;
  /** The notes of reading it, or the error message. */
  readonly said: string;
  /** Largest relative error of a gradient, compared with the file's own framework; null if there is none. */
  readonly error: number | null;
  /** The expected result, if the actual one differs. */
  readonly fault?: string;
}
