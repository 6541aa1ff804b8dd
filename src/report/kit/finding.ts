/** One fact about a result, in words: a short label and a sentence that the numbers support. */
export interface Finding {
  readonly label: string;
  readonly text: string;
}
