import { whole } from "../../base/option-fields.ts";
import { defineTask } from "../task.ts";
import { drawingSymbols, teacherForcing } from "./pairs.ts";

/** Symbols 0 to 9 are digits. */
const PLUS = 10;
const SYMBOLS = 11;

/**
 * Add two numbers of n digits, uniform over all of them and written with leading zeros, most significant digit first:
 *
 *     source 4 1 7 + 0 8 5        answer 0 5 0 2
 */
export const addition = defineTask({
  name: "addition",
  aliases: ["add_numbers", "addition_of_numbers"],
  kind: "recurrent",
  summary: "an encoder reads two numbers, digit by digit; a decoder answers with the digits of their sum",
  source: "Zaremba and Sutskever 2014, section 3.2 (addition), with leading zeros",
  baseline:
    "the entropy of the sum over its digits, (n ln 10 + 1/2)/(n + 1) nats a step for many digits: the loss of the best answer that knows only the earlier digits of the sum",
  options: {
    digits: whole("number of digits n of each number", 3, { most: 1000 }),
    teacherForcing,
  },
  prepare: ({ digits: n, teacherForcing }) => {
    const facts = {
      name: "addition",
      symbols: SYMBOLS,
      outputs: 10,
      sourceSteps: 2 * n + 1,
      answerSteps: n + 1,
      teacherForcing,
      baseline: sumEntropy(n) / (n + 1),
      information: { farthest: 2 * n + 2, typical: 2 * n + 2 }, // from a digit of the first number to the same digit of the sum
    };
    return drawingSymbols(facts, (stream) => {
      const [first, second] = [0, 1].map(() => Array.from({ length: n }, () => stream.below(10)));
      return { source: [...first, PLUS, ...second], answer: sumOf(first, second) };
    });
  },
});

/** The digits of a sum, one more than each number has. */
function sumOf(first: readonly number[], second: readonly number[]): number[] {
  const answer: number[] = [];
  let carry = 0;
  for (let i = first.length - 1; i >= 0; i--) {
    const sum = first[i] + second[i] + carry;
    answer.unshift(sum % 10);
    carry = Math.floor(sum / 10);
  }
  return [carry, ...answer];
}

/** ln of the constant A of Glaisher and Kinkelin. */
const LN_GLAISHER = 0.24875447703378425;

/**
 * The entropy of the sum of two numbers that are uniform on 0 … N − 1, N = 10ⁿ, in nats. The sum s has probability
 * c/N², c = min(s + 1, 2N − 1 − s), so that
 *
 *     H = 2 ln N − (2 Σ_{c<N} c ln c + N ln N)/N² = ln N + 1/2 − (2 ln A + ln N/6)/N² − 1/(360 N⁴) + O(N⁻⁶)
 *
 * by Σ_{c≤N} c ln c = ln A + (N²/2 + N/2 + 1/12) ln N − N²/4 + 1/(720 N²) + … (Euler and Maclaurin).
 */
export function sumEntropy(n: number): number {
  const ln = n * Math.LN10;
  return ln + 0.5 - (2 * LN_GLAISHER + ln / 6) * 10 ** (-2 * n) - 10 ** (-4 * n) / 360;
}
