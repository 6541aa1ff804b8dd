/**
 * Runs the rules of advice over every cell, activation, depth and length: `npm run replay:advice [-- COUNT SEED]`. Prints
 * how many sick networks get advice with options, how many of those it helps (healthy afterwards, or a gain at most
 * half), and in how many it raises |gain|. With COUNT, a sample of them.
 */
import { patients, replay, sample } from "../test/diagnosis/advice/replay.ts";

const [count, seed] = process.argv.slice(2).map(Number);
const all = patients();
const chosen = Number.isInteger(count) ? sample(all, count, Number.isInteger(seed) ? seed : 1) : all;
let [sick, advised, helped, raised] = [0, 0, 0, 0];
for (const patient of chosen) {
  const outcome = replay(patient);
  if (outcome === null) continue;
  sick++;
  if (outcome.after !== null) advised++;
  if (outcome.raised) raised++;
  if (outcome.helped) helped++;
  else {
    const { before, after } = outcome;
    const now = after === null ? "no options" : `${after.verdict} ${after.evidence.worst.gain.toFixed(1)}`;
    const options = before.advice[0]?.options.join(" ");
    process.stdout.write(
      `${JSON.stringify(patient.network)} ${JSON.stringify(patient.task)}\n  ${before.verdict} ${before.evidence.worst.gain.toFixed(1)} (${before.causes[0]?.factor}): ${options} → ${now}\n`,
    );
  }
}
process.stdout.write(
  `${chosen.length} networks, ${sick} sick, ${advised} advised, ${helped} helped, ${raised} with a larger |gain|\n`,
);
