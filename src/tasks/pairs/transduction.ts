import { whole } from "../../base/option-fields.ts";
import { defineTask } from "../task.ts";
import { drawingSymbols, teacherForcing } from "./pairs.ts";

/*
 * Repeat or reverse a source of n symbols, each one of k: the sequence is n steps of source and n of answer. The answer
 * depends only on the source, so guessing costs ln k a step, with and without teacher forcing.
 */

const SOURCE =
  "sequence transduction of Grefenstette et al. 2015, section 4.1, with sources of one length; encoder and decoder as in Sutskever, Vinyals and Le 2014";

const options = {
  steps: whole("number of symbols of the source; the answer has as many, and the sequence twice as many steps", 20),
  alphabet: whole("number of different symbols", 8, { least: 2 }),
  teacherForcing,
};

/** The information about answer i is step i of the source, or n − 1 − i: n steps before it, or 2 i + 1. */
function transduction(name: "repeat" | "reverse", aliases: readonly string[], summary: string) {
  const reversed = name === "reverse";
  return defineTask({
    name,
    aliases,
    kind: "recurrent",
    summary,
    source: SOURCE,
    baseline: "ln alphabet nats a step of the answer, for guessing",
    options,
    prepare: ({ steps: n, alphabet: k, teacherForcing }) => {
      const facts = {
        name,
        symbols: k,
        outputs: k,
        sourceSteps: n,
        answerSteps: n,
        teacherForcing,
        baseline: Math.log(k),
        information: { farthest: reversed ? 2 * n - 1 : n, typical: n },
      };
      return drawingSymbols(facts, (stream) => {
        const source = Array.from({ length: n }, () => stream.below(k));
        return { source, answer: reversed ? source.toReversed() : source };
      });
    },
  });
}

/** Answer with the source. */
export const repeat = transduction(
  "repeat",
  ["seq2seq_copy", "copy_sequence", "echo"],
  "an encoder reads symbols, a decoder repeats them; also for a network without a decoder",
);

/** Answer with the source from its end. */
export const reverse = transduction(
  "reverse",
  ["reversal", "seq2seq_reverse"],
  "an encoder reads symbols, a decoder answers them in reverse order",
);
