/** One file that was tried. */
export interface DoorRow {
  readonly file: string;
  readonly format: string;
  /** What it holds. */
  readonly holds: string;
  /** The sentences that reading it gave, or the refusal. */
  readonly said: string;
  /** Greatest relative error of a gradient against the file's own framework; null where it gives none. */
  readonly error: number | null;
  /** How it should have ended, where it did not. */
  readonly fault?: string;
}
