/**
 * `npm run calibrate:external`: programs that others published with their faults, judged. The 51 dense networks of
 * AutoTrainer are judged beside the verdicts that DeepDiagnosis printed for them, the dense programs of DeepLocalize
 * buggy beside mended. The table goes to standard output, progress to standard error.
 */
import { AUTO_TRAINER } from "./auto-trainer.ts";
import { DEEP_LOCALIZE } from "./deep-localize.ts";
import { judge } from "./program.ts";
import { formatPairs, formatPrograms, type JudgedPair, type JudgedProgram } from "./table.ts";

const programs: JudgedProgram[] = [];
for (const program of AUTO_TRAINER) {
  programs.push({ program, said: await judge(program) });
  process.stderr.write(`${programs.length}/${AUTO_TRAINER.length} ${program.name}\n`);
}
const pairs: JudgedPair[] = [];
for (const pair of DEEP_LOCALIZE) {
  pairs.push({ pair, buggy: await judge(pair.buggy), mended: await judge(pair.mended) });
  process.stderr.write(`${pairs.length}/${DEEP_LOCALIZE.length} ${pair.name}\n`);
}
console.log([formatPrograms(programs), "", formatPairs(pairs)].join("\n"));
