import { group, option, type ValuesOf } from "./option.ts";

/** The user's own arrays instead of a task. */
export const ARRAYS = group("Your own data", [
  option(
    "--input <file>",
    ".npy of floats: [T, B, X] for a recurrent network, [B, X] for a deep one; or FILE.npz:NAME",
  ),
  option(
    "--target <file>",
    ".npy of floats [B, Y], or [B] for one output; or of whole numbers [B]: classes, or 0 and 1 for one output. [T, B, Y] or [T, B] puts a loss at every step",
  ),
  option("--batch-first", "--input has the shape [B, T, X], as with batch_first=True"),
]);

export type ArrayValues = ValuesOf<typeof ARRAYS>;
