import { group, option, type ValuesOf } from "./option.ts";

/** Arrays of the user's own in place of a task. */
export const ARRAYS = group("Your own data", [
  option("--input <file>", ".npy of floats, [T, B, X] for a recurrent network, [B, X] for a deep one; FILE.npz:NAME"),
  option(
    "--target <file>",
    ".npy [B, Y], [B] for one output, or whole numbers [B]: classes, or 0 and 1 for one output; [T, B, Y] or [T, B] for a loss at every step",
  ),
  option("--batch-first", "--input is [B, T, X], as with batch_first=True"),
]);

export type ArrayValues = ValuesOf<typeof ARRAYS>;
