import {
  AS_IT_IS,
  type Interval,
  type KnockOut,
  type Prescription,
  type Race,
  type Treatment,
} from "../../prescription/index.ts";
import { describeNetwork } from "../kit/describe.ts";
import { count, counted, nats, ratio, significant } from "../../words/numbers.ts";
import { list } from "../../words/phrases.ts";
import { adviceRows } from "../kit/terminal/advice.ts";
import { cut, padEnd, padStart, paragraph, row, sectionsText } from "../kit/terminal/layout.ts";
import { createTheme, type TerminalOptions, type Theme } from "../kit/terminal/theme.ts";
import { VERDICT_TONES } from "../kit/verdict-tones.ts";

/** At most this many treatments are shown; the others, at the end of the ranking, are counted. */
const MOST_ROWS = 15;

/** Options of the text of a prescription. */
export interface PrescriptionTextOptions extends TerminalOptions {
  /** The last line: how to get the prescribed spec. */
  readonly hint?: string | undefined;
}

/**
 * A prescription for a terminal: first the verdict with its causes, the results of the knock-outs, and the advice; then
 * the remedies that were tried.
 */
export function prescriptionToText(prescription: Prescription, options: PrescriptionTextOptions = {}): string {
  const theme = createTheme(options);
  const { patient: unchanged, advice, outcome, network, weights } = prescription;
  const verdict = unchanged?.verdict;
  const sections = [
    [
      theme.paint(
        (verdict ?? "stopped").toUpperCase(),
        "bold",
        verdict === undefined ? "warn" : VERDICT_TONES[verdict],
      ),
      ...paragraph(theme, headline(prescription)),
    ],
    causeRows(theme, prescription),
    [
      ...(outcome === "stopped"
        ? paragraph(theme, "The run was stopped. This report shows the results so far.", "warn")
        : []),
      ...adviceRows(theme, advice),
      ...(options.hint === undefined ? [] : paragraph(theme, options.hint)),
    ],
    [
      ...paragraph(theme, describeNetwork({ spec: network, weights }), "dim"),
      ...paragraph(theme, describeRuns(prescription), "dim"),
    ],
    table(theme, prescription),
    notes(prescription).flatMap(([label, text]) => row(theme, label, text)),
  ];
  return sectionsText(sections);
}

/** Verdict and advice in one line. */
export function prescriptionToLine(
  { patient: unchanged, advice }: Prescription,
  options: TerminalOptions = {},
): string {
  const theme = createTheme(options);
  const word = unchanged?.verdict ?? "stopped";
  const style = unchanged === null ? "warn" : VERDICT_TONES[unchanged.verdict];
  return `${theme.paint(word, "bold", style)}: ${theme.text(advice)}\n`;
}

function headline({ patient: unchanged, network }: Prescription): string {
  if (unchanged === null) return "The network was not measured.";
  const { verdict, verdicts, gain, diagnosis } = unchanged;
  if (verdict === "healthy") return diagnosis.summary;
  const same = verdicts.filter((other) => other === verdict).length;
  const on = `On ${same} of ${counted(verdicts.length, "seed")}`;
  const path = network.kind === "recurrent" ? "back through the steps" : "back through the layers";
  if (verdict === "nonfinite") return `${on} the pass leaves the range of numbers.`;
  if (verdict === "dead") return `${on} the gradient becomes exactly zero on its way ${path}.`;
  if (verdict === "blocked")
    return `${on} the path is sound (${withInterval(gain)} nats), and another part stands in the way.`;
  if (verdict === "mixed")
    return `${on} the samples of a batch disagree: on its way ${path}, the gradient of the extreme samples changes by ${withInterval(gain)} nats.`;
  const way = gain.mean < 0 ? "shrinks" : "grows";
  return `${on} the gradient ${verdict === "vanishing" ? "vanishes" : "explodes"}: on its way ${path} it ${way} by a factor of ${ratio(gain.mean)} (${withInterval(gain)} nats).`;
}

function describeRuns({ task, seeds }: Prescription): string {
  const range = `seeds ${seeds[0]} to ${seeds.at(-1)}, 95 % intervals over the seeds`;
  if (task === null) return range;
  const steps = task.steps === undefined ? [] : [counted(task.steps, "step")];
  return [task.name, ...steps, `batch ${task.batch}`, range].join(", ");
}

function causeRows(theme: Theme, { patient: unchanged, knockOuts }: Prescription): string[] {
  if (unchanged === null || unchanged.verdict === "healthy") return [];
  const causes = unchanged.diagnosis.causes.filter(({ share }) => share >= 0.05);
  return [
    ...causes.flatMap(({ sentence }, i) => row(theme, i === 0 ? "Causes" : "", sentence)),
    ...knockOuts.flatMap((knockOut, i) => row(theme, i === 0 ? "Knock-outs" : "", tested(knockOut))),
  ];
}

/** `φ′ → 1: brings back +70.9 nats of the +70.7 that this cause predicts (100 %): confirmed.` */
function tested({ what, isAccused, expected, change, after, ratio: share, confirmed }: KnockOut): string {
  const word = isAccused ? (confirmed ? "confirmed" : "not confirmed") : "for comparison";
  if (share === null) return `${what}: the gain is then ${withInterval(after.gain)} nats: ${word}.`;
  if (!isAccused) return `${what}, for comparison: changes the gain by ${withInterval(change)} nats.`;
  return `${what}: changes the gain by ${withInterval(change)} nats, and this cause predicts ${nats(expected as number)} (${Math.round(100 * share)} %): ${word}.`;
}

/** `−0.3 ± 0.1`. */
function withInterval({ mean, low, high, law }: Interval): string {
  if (law === "t" && Number.isFinite(high)) return `${nats(mean)} ± ${Math.max((high - low) / 2, 0).toFixed(1)}`;
  return low === high ? nats(mean) : `${nats(mean)} (${nats(low)} … ${nats(high)})`;
}

/** The loss that each network reached, by name, in the race or in the verification; null if it diverged. */
function lossesOf({ race, verification }: Prescription): Map<string, Interval | null> | null {
  const trained =
    race?.entries ?? (verification && [{ ...verification.patient, name: AS_IT_IS }, ...verification.remedies]);
  return trained && new Map(trained.map(({ name, loss }) => [name, loss]));
}

function table(theme: Theme, prescription: Prescription): string[] {
  const { patient: unchanged, treatments } = prescription;
  if (unchanged === null || treatments.length === 0) return [];
  const losses = lossesOf(prescription);
  const listed = treatments.slice(0, MOST_ROWS);
  const gains = [unchanged.gain, ...listed.map(({ gain }) => gain)].map((gain) => theme.text(short(gain)));
  const gainWidth = Math.max(...gains.map((text) => text.length), 10);
  const longest = Math.max(...listed.map(({ name }) => name.length), 8);
  const lossOf = (name: string) => {
    const loss = losses?.get(name);
    return loss === undefined ? "" : loss === null ? "diverged" : lossText(loss);
  };
  const lossWidth = Math.max(
    10,
    ...[AS_IT_IS, ...listed.map(({ name }) => name)].map((name) => theme.text(lossOf(name)).length + 2),
  );
  const around = gainWidth + 2 + 11 + 8 + (losses === null ? 0 : lossWidth) + 4;
  const costs = around + 8 + Math.min(longest, 16) > theme.width ? 1 : 2; // a narrow terminal shows the names instead of the operations
  const fixed = around + 8 * (costs - 1);
  const nameWidth = Math.max(8, Math.min(longest, theme.width - fixed));
  const line = (rank: string, name: string, gain: string, verdict: string, price: readonly string[], loss: string) =>
    [
      padStart(rank, 3),
      " ",
      padEnd(cut(theme, theme.text(name), nameWidth), nameWidth),
      padStart(theme.text(gain), gainWidth + 1),
      "  ",
      padEnd(verdict, 10),
      ...price.slice(0, costs).map((cost) => padStart(theme.text(cost), 8)),
      ...(losses === null ? [] : [padStart(theme.text(loss), lossWidth)]),
    ]
      .join("")
      .trimEnd();
  const head = line("", "", "gain", "verdict", ["param ×", "flop ×"], "loss");
  const rows = listed.map(({ rank, name, gain, verdict, verdicts, parametersRatio, flopsRatio }) => {
    const same = verdicts.every((other) => other === verdict);
    const text = line(
      String(rank),
      name,
      short(gain),
      same ? verdict : `${verdict}*`,
      [significant(parametersRatio, 2), significant(flopsRatio, 2)],
      lossOf(name),
    );
    return verdict === "healthy" ? theme.paint(text, "good") : text;
  });
  const left = treatments.length - listed.length;
  const healthier = treatments.slice(MOST_ROWS).some(({ verdict }) => verdict === "healthy");
  return [
    theme.paint(theme.text(head), "dim"),
    line("", AS_IT_IS, short(unchanged.gain), unchanged.verdict, ["1", "1"], lossOf(AS_IT_IS)),
    ...rows,
    ...(left > 0
      ? [theme.paint(theme.text(`    … ${left} more${healthier ? "" : ", none of them healthy"}: --json`), "dim")]
      : []),
  ];
}

/** `0.035 ± 0.004`; the mean alone where there is one seed. */
function lossText({ mean, low, high, law }: Interval): string {
  if (law === "range" || !Number.isFinite(high)) return significant(mean, 2);
  return `${significant(mean, 2)} ± ${significant((high - low) / 2, 1)}`;
}

function short({ mean, low, high, law }: Interval): string {
  if (law === "range" || !Number.isFinite(high)) return nats(mean);
  return `${nats(mean)} ± ${((high - low) / 2).toFixed(1)}`;
}

function notes({
  treatments,
  controls,
  untried,
  patient: unchanged,
  race,
  verification,
  notes: assumed = [],
}: Prescription): [string, string][] {
  const listed = treatments.slice(0, MOST_ROWS);
  const out = assumed.map((text): [string, string] => ["Model", text]);
  if (listed.some(({ verdict, verdicts }) => verdicts.some((other) => other !== verdict))) {
    out.push(["*", "this verdict does not hold on every seed"]);
  }
  const past = listed.filter(({ overshoots }) => overshoots).map(({ name }) => name);
  if (past.length > 0)
    out.push(["Overshoot", `the gain passes 0 and gets too large on the other side: ${past.join(", ")}`]);
  for (const { name, price, kind } of listed) {
    if (price !== null && kind === "remedy")
      out.push([out.some(([label]) => label === "Cost") ? "" : "Cost", `${name}: ${price}`]);
  }
  if (unchanged !== null && controls.length > 0) out.push(...controlNotes(controls));
  for (const { name, why } of untried) out.push(["Not tried", `${name}: ${why}`]);
  if (race !== null) {
    out.push(["Race", `${race.summary} ${spent(race)}`]);
    for (const note of race.notes ?? []) out.push(["", note]);
  }
  if (verification !== null) out.push(["Training", verification.summary]);
  return out;
}

/** `The rounds trained 60, 24 and 12 combinations of network and rate: 8,100 updates in all.` */
function spent({ rungs, updates }: Race): string {
  const trained = list(rungs.map(({ arms }) => count(arms)));
  return `The rounds trained ${trained} combinations of network and rate: ${counted(updates, "update")} in all.`;
}

function controlNotes(controls: readonly Treatment[]): [string, string][] {
  const idle = controls.filter(({ recovered }) => recovered.low === 0 && recovered.high === 0);
  const clipping = controls.find(({ family }) => family === "clipping");
  return [
    ["Controls", `${idle.map(({ what }) => what).join(", ")}: exactly the same gain. They do not change the path.`],
    ...(clipping === undefined ? [] : [["", `Clipping ${clipping.price}.`] as [string, string]]),
  ];
}
