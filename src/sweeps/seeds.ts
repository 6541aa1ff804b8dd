import { random } from "../base/random.ts";

/** The seed of one cell of a sweep: from (root seed, cell id) alone, so that adding cells changes no other's. */
export const cellSeed = (root: number, id: string): number => random(root, `sweep/${id}`).below(2 ** 32);
