import { type HistogramMoments, readEvents } from "../../formats/tensorboard-read.ts";
import type { Pieces, RecordEvent } from "../types.ts";
import { type Logged, Scalars } from "./scalars.ts";

/** A TensorBoard event file: norms logged as scalars by parameter, or histograms of gradients. */
export async function* readTensorboard(pieces: Pieces, name: string): AsyncGenerator<RecordEvent> {
  const scalars = new Scalars(false, [
    "Read from TensorBoard's events. The norm of a gradient is computed from the sum of squares in its histogram.",
  ]);
  for await (const { step, values } of readEvents(pieces, name)) {
    for (const value of values) {
      yield* scalars.add(step, value.tag, "scalar" in value ? value.scalar : momentsOf(value.histogram));
    }
  }
  yield* scalars.flush();
}

const momentsOf = ({ squares }: HistogramMoments): Logged => ({ norm: Math.sqrt(squares) });
