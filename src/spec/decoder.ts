import * as z from "zod/mini";
import { EvanesceError } from "../base/errors.ts";
import { count, optional } from "./fields.ts";

/*
 * An encoder and a decoder (Sutskever, Vinyals and Le 2014; Cho et al. 2014): two stacks of the same cells and widths,
 * each with weights of its own. The encoder reads the first S steps of a sequence. The decoder runs the last D steps,
 * and begins in every layer with the encoder's last state, h or (h, c).
 */

/** The key of the spec. */
export const decoder = () =>
  optional(
    z.union([z.boolean(), count()]),
    "an encoder reads the first steps of a sequence; from its last state a decoder of the same cells and widths, with weights of its own, runs the last steps, which alone have a loss: true takes their number from the task, a number sets it (Sutskever et al. 2014)",
  );

/** A stack of recurrent layers, by the beginning of its parameters' names. */
export type StackName = "rnn" | "encoder" | "decoder";

/** The fields of a spec on which the stacks depend. */
interface Decoding {
  readonly decoder?: boolean | number | undefined;
}

/** Whether a spec has an encoder and a decoder. */
export const hasDecoder = ({ decoder }: Decoding): boolean => decoder !== undefined && decoder !== false;

/** The stacks of a spec, in the order in which they run. */
export const stacksOf = (spec: Decoding): readonly StackName[] => (hasDecoder(spec) ? ["encoder", "decoder"] : ["rnn"]);

/** The stack that reads a sequence's first step. */
export const firstStack = (spec: Decoding): StackName => stacksOf(spec)[0]!;

/** Refuses a decoder with cells or widths of its own. @throws EvanesceError */
export function requireOneStack(input: unknown, where: string): void {
  const { decoder } = (input ?? {}) as Decoding;
  if (typeof decoder !== "object") return;
  const rule = "true or false, or a number of steps: both stacks have the cells and widths of the spec";
  const remedy = "give true, or measure the other stack as a network that begins with the encoder's last state";
  throw new EvanesceError(`${where}.decoder`, rule, decoder, remedy);
}

/** Refuses keys that are ambiguous together with a decoder. */
export function refuseDecoder(
  spec: Decoding & { readonly bidirectional: boolean; readonly pooling: string },
  refuse: (path: string[], rule: string, remedy: string) => void,
): void {
  if (!hasDecoder(spec)) return;
  if (spec.bidirectional) {
    const rule = "false together with bidirectional, because a decoder continues in one direction";
    refuse(["decoder"], rule, "leave one of the two out");
  }
  if (spec.pooling !== "last") {
    refuse(["pooling"], "last together with a decoder, whose own steps have the loss", "leave pooling out");
  }
}
