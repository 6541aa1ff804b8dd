import type { TrainingTrace } from "../../training/index.ts";
import { powerOfTwo } from "../flow/half.ts";
import type { Finding } from "../kit/finding.ts";
import type { ColoredTone } from "../kit/verdict-tones.ts";
import { accuracy as right, counted, percent, significant } from "../../words/numbers.ts";

/** A training run in words: its phase, its description, and the meaning of its numbers. */

export const PHASE_TONES: Readonly<Record<TrainingTrace["phase"]["name"], ColoredTone>> = {
  "too-early": "warn",
  learning: "good",
  converged: "good",
  plateau: "warn",
  "trivial-baseline": "warn",
  vanishing: "bad",
  exploding: "bad",
  dead: "bad",
  nonfinite: "bad",
  diverging: "bad",
  "rate-too-small": "warn",
  "rate-too-large": "bad",
  "above-trivial": "bad",
};

/** The name of a phase as a report prints it: `trivial baseline`. */
export const phaseName = ({ name }: TrainingTrace["phase"]): string => name.replaceAll("-", " ");

/** The run in one line: task, batch, optimizer, updates, seed. */
export function describeTraining({ task, steps, updates, optimizer, schedule, seed }: TrainingTrace): string {
  const rate = significant(Number(optimizer.learningRate));
  return [
    task.name,
    ...(task.steps === undefined ? [] : [counted(task.steps, "step")]),
    `batch ${task.batch}`,
    `${optimizer.name} at ${rate}${schedule.name === "constant" ? "" : `, ${schedule.name}`}`,
    updates === steps ? counted(updates, "update") : `${updates} of ${counted(steps, "update")}`,
    `seed ${seed}`,
  ].join(", ");
}

/** A diagnosis judges one pass, not the run: a run that diverges may have a healthy pass. */
const ofPass = (verdict: string): string => (verdict === "healthy" ? "the single pass is healthy" : verdict);

/** How a float16 loss scaler would have changed the run. */
function scaled({ initial, final, skipped, lost }: NonNullable<TrainingTrace["scaler"]>, updates: number): string {
  const most = lost.reduce((largest, share) => (share > largest ? share : largest), 0);
  const left = most === 0 ? "no entry" : `at most ${percent(most)} of the entries`;
  return (
    `PyTorch's for float16 would skip ${skipped === 0 ? "none" : skipped} of ${counted(updates, "update")}, and go from ` +
    `scale ${powerOfTwo(initial)} to ${powerOfTwo(final)}; of the weights' gradients ${left} would become zero; ` +
    "these updates are float32, and none is skipped"
  );
}

/** The findings of a run. */
export function traceFindings(trace: TrainingTrace): Finding[] {
  const { final, baseline, evaluations, diagnoses, gsnr, clips, notes = [] } = trace;
  const rows: Finding[] = notes.map((text) => ({ label: "Note", text }));
  const withAccuracy = (loss: number, accuracy: number | null) =>
    `${significant(loss)}${accuracy === null ? "" : `, ${right(accuracy)} right`}`;
  if (final !== null) {
    const trivial = baseline === null ? "" : `; that of the best trivial answer is ${significant(baseline.value)}`;
    rows.push({
      label: "Loss",
      text: `${withAccuracy(final.loss, final.accuracy)}, the mean of the last updates${trivial}`,
    });
  }
  for (const set of ["validation", "test"] as const) {
    const last = evaluations.findLast((evaluation) => evaluation.set === set);
    if (last === undefined) continue;
    rows.push({
      label: set === "test" ? "Test" : "Validation",
      text: `${withAccuracy(last.loss, last.accuracy)} after ${counted(last.update, "update")}`,
    });
  }
  const [first] = diagnoses;
  const last = diagnoses.at(-1);
  if (first !== undefined) rows.push({ label: "At the start", text: `${ofPass(first.verdict)}: ${first.summary}` });
  if (last !== undefined && last !== first)
    rows.push({ label: "At the end", text: `${ofPass(last.verdict)}: ${last.summary}` });
  for (const { method, limit, engaged } of clips) {
    rows.push({
      label: "Clipping",
      text: `by ${method} to ${limit}: it changed ${percent(engaged)} of the traced updates`,
    });
  }
  if (trace.scaler !== undefined) rows.push({ label: "Loss scaler", text: scaled(trace.scaler, trace.updates) });
  const state = carriedState(trace);
  if (state !== undefined) rows.push(state);
  const noise = gsnr.at(-1)?.parameters[0];
  if (noise !== undefined && noise.gsnrMedian !== null) {
    rows.push({ label: "GSNR", text: `${significant(noise.gsnrMedian)} for ${noise.name}, at the last measurement` });
  }
  return rows;
}

/** The part of the gradient that a run loses when it carries its state from batch to batch. */
function carriedState({ truncation = [] }: TrainingTrace): Finding | undefined {
  const last = truncation.at(-1);
  if (last === undefined) return undefined;
  const { steps, lnDropped, lnLast } = last;
  const carried = `carried from batch to batch; the gradient ends at each batch's first step, ${counted(steps, "step")} back`;
  const reaches =
    lnDropped === Number.NEGATIVE_INFINITY
      ? "none of it reaches that step"
      : `${significant(Math.exp(lnDropped - lnLast), 2)} times the gradient at the last step reaches it and is dropped`;
  const measured = truncation.findLast(({ angle }) => angle !== null);
  const comparison =
    measured === undefined
      ? ""
      : `; beside ${measured.windows} batches sent back whole, the gradient of the parameters is ` +
        `${significant(measured.ratio as number, 3)} times as long and points ` +
        `${significant(((measured.angle as number) * 180) / Math.PI, 2)}° away (after ${counted(measured.update, "update")})`;
  return { label: "State", text: `${carried}; ${reaches}${comparison}` };
}
