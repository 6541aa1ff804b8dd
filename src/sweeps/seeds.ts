import { random } from "../base/random.ts";

/** The seed of a cell. It depends only on the root seed and the id of the cell, so added cells change no other seed. */
export const cellSeed = (root: number, id: string): number => random(root, `sweep/${id}`).below(2 ** 32);
