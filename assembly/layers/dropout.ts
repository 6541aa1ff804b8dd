import { scaleLanes } from "../kernels/lanes";
import { Mask } from "../records/pass";
import { dataOf, DepthPass, gradientOf, Operation } from "../records/tape";
import { contributionAt, deliver, receive, receivedExponents, scalesOf } from "./deliver";
import { Masked, masked, maskKeys } from "./mask";

/*
 * out = m ⊙ x      ∂L/∂x = m ⊙ δ
 *
 * Inverted dropout after a layer's activation (Srivastava et al. 2014). The backward pass draws the same mask again.
 */

/** [2][8] keys. */
const KEYS = memory.data(64, 16);

function mask(pass: DepthPass, op: Operation, p: i32, out: usize, a: usize): void {
  const seeds = pass.seeds + (<usize>p << 3), samples = pass.samples + (<usize>p << 5);
  maskKeys(KEYS, load<u32>(seeds), load<u32>(seeds, 4), Masked.Input, op.kind, samples, 0);
  masked(out, a, changetype<Mask>(pass.masks + <usize>p * offsetof<Mask>()), KEYS, op.out.rows);
}

export function dropoutForward(pass: DepthPass, op: Operation): void {
  for (let p = 0; p < pass.panels; p++) mask(pass, op, p, dataOf(op.out, p), dataOf(op.x, p));
}

export function dropoutBackward(pass: DepthPass, stream: i32, op: Operation): void {
  for (let p = 0; p < pass.panels; p++) {
    receive(pass, stream, op, p);
    const to = contributionAt(pass, op, p);
    mask(pass, op, p, to, gradientOf(op.out, p));
    scaleLanes(to, to, scalesOf(pass), op.out.rows);
    deliver(pass, stream, op, p, receivedExponents(pass));
  }
}
