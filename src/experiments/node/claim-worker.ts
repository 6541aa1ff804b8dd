/** The program of a worker thread that judges claims. */
import { finish } from "../../base/time-slicing.ts";
import { program } from "../../parallel/node/program.ts";
import type { Labeled } from "../glyphs.ts";
import { choose, execute } from "../judging.ts";
import type { Size } from "../types.ts";

/** One claim to be judged, as plain data. */
export interface ClaimCell {
  readonly id: string;
  readonly size: Size;
  readonly seed: number;
  readonly digits?: Labeled | undefined;
}

export default program(({ id, size, seed, digits }: ClaimCell) => finish(execute(choose([id])[0], seed, size, digits)));
