/**
 * All facts about a skip path of a deep network. Its kernel is `assembly/layers/join.ts`. h is the block's input,
 * F(h) its branch.
 */
export interface ResidualFacts {
  /** The name that sentences use. */
  readonly title: string;
  readonly formula: string;
  /** Author and year. */
  readonly source: string;
  /** Further names, squeezed to lower-case letters and digits. */
  readonly aliases?: readonly string[];
  /** How the skip path joins the branch: not at all, in a sum, in a gated mixture, or side by side. */
  readonly join: "nowhere" | "sum" | "mixture" | "concatenation";
  /** The branch's multiplier: 1, 1/√blocks, or a learned number that starts at `start`. */
  readonly branch: "one" | "inverse-root" | "learned";
  readonly start?: 0 | 1;
  /** Whether the branches' weights start scaled by the number of blocks, the last of each at zero. */
  readonly scalesWeights?: true;
  /** The description and the name of the remedy that proposes it, if one does. */
  readonly remedy?: { readonly name: string; readonly what: string };
}
