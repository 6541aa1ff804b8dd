import type { AutoTrainerProgram } from "./auto-trainer.ts";
import type { Pair } from "./deep-localize.ts";
import type { Said } from "./program.ts";

export interface JudgedProgram {
  readonly program: AutoTrainerProgram;
  readonly said: Said;
}

export interface JudgedPair {
  readonly pair: Pair;
  readonly buggy: Said;
  readonly mended: Said;
}

/** A program learned if its loss is at most this share of the trivial loss. */
const HALF = 0.5;
const learned = ({ loss }: Said): boolean => loss <= HALF;

/** AutoTrainer's networks: our verdicts, for each label of the papers, and for whether they learned. */
export function formatPrograms(all: readonly JudgedProgram[]): string {
  const faulty = all.filter(({ program }) => program.isFaulty);
  const sound = all.filter(({ program }) => !program.isFaulty);
  const told = (ones: readonly JudgedProgram[]) => ones.filter(({ said }) => said.isSick);
  const published = faulty.filter(({ program }) => program.published !== "none");
  return [
    `AutoTrainer's ${all.length} dense networks (a loss at most half of the trivial one counts as learned)`,
    "",
    `faulty by its label, told            ${told(faulty).length} of ${faulty.length}; DeepDiagnosis ${published.length}`,
    `faulty by its label, learned         ${faulty.filter(({ said }) => learned(said)).length} of ${faulty.length}`,
    `normal by its label, told            ${told(sound).length} of ${sound.length}`,
    `normal by its label, did not learn   ${sound.filter(({ said }) => !learned(said)).length} of ${sound.length}`,
    `told and did not learn               ${told(all).filter(({ said }) => !learned(said)).length} of ${told(all).length}`,
    "",
    "label   network                                   verdict    other parts          at the end        loss  causes",
    ...all.map(({ program: { isFaulty, name }, said }) =>
      [(isFaulty ? "faulty" : "normal").padEnd(7), name.padEnd(41), row(said)].join(" "),
    ),
  ].join("\n");
}

/** DeepLocalize's pairs: whether they were told apart, the cause was named, and the repaired program learned. */
export function formatPairs(all: readonly JudgedPair[]): string {
  const apart = all.filter(({ buggy, mended }) => buggy.isSick && !mended.isSick);
  const idle = all.filter(({ buggy, mended }) => buggy.isSick && mended.isSick && !learned(mended));
  const named = all.filter(isNamed);
  const several = all.filter((one) => isFirstNamed(one));
  return [
    `DeepLocalize's ${all.length} dense pairs, buggy beside mended`,
    "",
    `told apart                                         ${apart.length} of ${all.length}`,
    `mended one told too, and it does not learn         ${idle.length}`,
    `a cause that is right, among all named             ${named.length} of ${all.length}`,
    `a cause that is right, named first                 ${several.length} of ${all.length}`,
    `DeepDiagnosis told, and named the symptom          ${all.filter(({ pair }) => pair.published.told).length}, ${all.filter(({ pair }) => pair.published.symptom).length} of ${all.length}`,
    "",
    "program   which    verdict    other parts          at the end        loss  causes",
    ...all.flatMap(({ pair, buggy, mended }) => [
      `${pair.name.padEnd(9)} buggy  ${row(buggy)}`,
      `${"".padEnd(9)} mended ${row(mended)}`,
      `${"".padEnd(9)} ${pair.fault}`,
    ]),
  ].join("\n");
}

const isNamed = ({ pair, buggy }: JudgedPair): boolean => buggy.causes.some((cause) => pair.causes.includes(cause));
const isFirstNamed = ({ pair, buggy }: JudgedPair): boolean =>
  buggy.causes.length > 0 && pair.causes.includes(buggy.causes[0]!);

const row = ({ verdict, parts, phase, loss, causes }: Said): string =>
  [
    verdict.padEnd(10),
    parts.join(", ").padEnd(20),
    phase.padEnd(16),
    (Number.isNaN(loss) ? "–" : loss.toPrecision(2)).padStart(6),
    "",
    causes.join(", "),
  ].join(" ");
