/** All facts about a normalization of a deep network. Its kernel is in `assembly/layers/`. */
export interface NormFacts {
  /** The name that sentences use: "layer norm". */
  readonly title: string;
  /** Author and year. */
  readonly source: string;
  /** Further names, squeezed to lower-case letters and digits. */
  readonly aliases?: readonly string[];
  /** Whether it normalizes activations, weights, or nothing. */
  readonly of: "activations" | "weights" | "nothing";
  /** Whether it subtracts a mean, and so has a shift β. */
  readonly centers: boolean;
  /** Whether the samples of a batch depend on each other. */
  readonly acrossSamples?: true;
  /** Its cost apart from parameters and operations, in words. */
  readonly price?: string;
}
