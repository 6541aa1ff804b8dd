import { Elman } from "../cells/elman";
import { Gru } from "../cells/gru";
import { Lstm } from "../cells/lstm";
import { backwardLayer } from "./backward";
import { forwardLayer } from "./forward";
import { layerOf } from "./places";
import { Stream, TimePass } from "./records";

/** Which cell a layer has: the numbers of `src/wasm/cells.ts`. The choice is made once a layer and chunk, outside the time loop. */
export const enum Kind {
  Elman,
  Lstm,
  Gru,
}

export function forwardOf(pass: TimePass, n: i32, p: i32, slot: i32, from: i32, to: i32, firstStored: i32): void {
  switch (layerOf(pass, n).cell) {
    case Kind.Elman: return forwardLayer<Elman>(pass, n, p, slot, from, to, firstStored);
    case Kind.Lstm: return forwardLayer<Lstm>(pass, n, p, slot, from, to, firstStored);
    case Kind.Gru: return forwardLayer<Gru>(pass, n, p, slot, from, to, firstStored);
    default: unreachable();
  }
}

export function backwardOf(pass: TimePass, stream: Stream, n: i32, p: i32, chunk: i32): void {
  switch (layerOf(pass, n).cell) {
    case Kind.Elman: return backwardLayer<Elman>(pass, stream, n, p, chunk);
    case Kind.Lstm: return backwardLayer<Lstm>(pass, stream, n, p, chunk);
    case Kind.Gru: return backwardLayer<Gru>(pass, stream, n, p, chunk);
    default: unreachable();
  }
}
