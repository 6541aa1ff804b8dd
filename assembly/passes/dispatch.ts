import { Coupled } from "../cells/coupled";
import { Elman } from "../cells/elman";
import { Gru } from "../cells/gru";
import { Independent } from "../cells/independent";
import { Leaky } from "../cells/leaky";
import { Lstm } from "../cells/lstm";
import { Mgu } from "../cells/mgu";
import { Normed } from "../cells/normed";
import { Peephole } from "../cells/peephole";
import { Ugrnn } from "../cells/ugrnn";
import { backwardLayer } from "./backward";
import { forwardLayer } from "./forward";
import { layerOf } from "./places";
import { Stream, TimePass } from "./records";

/** Which cell a layer has: the numbers of `src/wasm/cells.ts`. The choice is made once a layer and chunk, outside the time loop. */
export const enum Kind {
  Elman,
  Lstm,
  Gru,
  Peephole,
  Coupled,
  Mgu,
  Ugrnn,
  Leaky,
  Independent,
  NormedElman,
  NormedLstm,
  NormedGru,
}

export function forwardOf(pass: TimePass, n: i32, p: i32, slot: i32, from: i32, to: i32, firstStored: i32): void {
  switch (layerOf(pass, n).cell) {
    case Kind.Elman: return forwardLayer<Elman>(pass, n, p, slot, from, to, firstStored);
    case Kind.Lstm: return forwardLayer<Lstm>(pass, n, p, slot, from, to, firstStored);
    case Kind.Gru: return forwardLayer<Gru>(pass, n, p, slot, from, to, firstStored);
    case Kind.Peephole: return forwardLayer<Peephole>(pass, n, p, slot, from, to, firstStored);
    case Kind.Coupled: return forwardLayer<Coupled>(pass, n, p, slot, from, to, firstStored);
    case Kind.Mgu: return forwardLayer<Mgu>(pass, n, p, slot, from, to, firstStored);
    case Kind.Ugrnn: return forwardLayer<Ugrnn>(pass, n, p, slot, from, to, firstStored);
    case Kind.Leaky: return forwardLayer<Leaky>(pass, n, p, slot, from, to, firstStored);
    case Kind.Independent: return forwardLayer<Independent>(pass, n, p, slot, from, to, firstStored);
    case Kind.NormedElman: return forwardLayer<Normed<Elman>>(pass, n, p, slot, from, to, firstStored);
    case Kind.NormedLstm: return forwardLayer<Normed<Lstm>>(pass, n, p, slot, from, to, firstStored);
    case Kind.NormedGru: return forwardLayer<Normed<Gru>>(pass, n, p, slot, from, to, firstStored);
    default: unreachable();
  }
}

export function backwardOf(pass: TimePass, stream: Stream, n: i32, p: i32, chunk: i32, first: i32, last: i32): void {
  switch (layerOf(pass, n).cell) {
    case Kind.Elman: return backwardLayer<Elman>(pass, stream, n, p, chunk, first, last);
    case Kind.Lstm: return backwardLayer<Lstm>(pass, stream, n, p, chunk, first, last);
    case Kind.Gru: return backwardLayer<Gru>(pass, stream, n, p, chunk, first, last);
    case Kind.Peephole: return backwardLayer<Peephole>(pass, stream, n, p, chunk, first, last);
    case Kind.Coupled: return backwardLayer<Coupled>(pass, stream, n, p, chunk, first, last);
    case Kind.Mgu: return backwardLayer<Mgu>(pass, stream, n, p, chunk, first, last);
    case Kind.Ugrnn: return backwardLayer<Ugrnn>(pass, stream, n, p, chunk, first, last);
    case Kind.Leaky: return backwardLayer<Leaky>(pass, stream, n, p, chunk, first, last);
    case Kind.Independent: return backwardLayer<Independent>(pass, stream, n, p, chunk, first, last);
    case Kind.NormedElman: return backwardLayer<Normed<Elman>>(pass, stream, n, p, chunk, first, last);
    case Kind.NormedLstm: return backwardLayer<Normed<Lstm>>(pass, stream, n, p, chunk, first, last);
    case Kind.NormedGru: return backwardLayer<Normed<Gru>>(pass, stream, n, p, chunk, first, last);
    default: unreachable();
  }
}
