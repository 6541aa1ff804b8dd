import { fitDecay } from "../flow/decay.ts";
import type { GradientFlow, PaddingFlow } from "../flow/index.ts";
import { GRADIENTS_ONLY, type Network } from "../network/create.ts";
import type { Batch } from "../tasks/batch.ts";

/** The measurements of a batch that was run with its padding as if it were data. */
export type Unmasked = NonNullable<PaddingFlow["unmasked"]>;

/**
 * Runs a batch of sequences of different lengths without its lengths: the padding counts as data, and the loss reads
 * the last padded step. Call this before the actual pass: the network keeps the gradients of its last pass.
 *
 * @returns undefined for a batch whose sequences are all of one length
 */
export function* unmaskedInParts(network: Network, batch: Batch): Generator<number, Unmasked | undefined> {
  const { lengths, ...whole } = batch;
  if (lengths === undefined) return undefined;
  const { task, loss, lnGradientNorm } = yield* network.propagateInParts(whole, GRADIENTS_ONLY);
  return { steps: task.steps as number, loss, lnGradientNorm, decay: fitDecay(lnGradientNorm) };
}

/** `unmaskedInParts` without pauses. */
export function unmaskedOf(network: Network, batch: Batch): Unmasked | undefined {
  const parts = unmaskedInParts(network, batch);
  for (;;) {
    const { done, value } = parts.next();
    if (done) return value;
  }
}

/** A flow with these measurements added. */
export const withUnmasked = (flow: GradientFlow, unmasked: Unmasked | undefined): GradientFlow =>
  flow.padding === undefined || unmasked === undefined ? flow : { ...flow, padding: { ...flow.padding, unmasked } };
