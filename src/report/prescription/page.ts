import type { Interval, Prescription, Treatment, Verification } from "../../prescription/index.ts";
import { describeNetwork, describeTask } from "../kit/describe.ts";
import type { Finding } from "../kit/finding.ts";
import { counted, nats, significant } from "../../words/numbers.ts";
import { jsonText } from "../kit/json.ts";
import { VERDICT_TONES } from "../kit/verdict-tones.ts";
import { prescribedOptions } from "./options.ts";
import { gainFigure, lossFigure, raceFigures, trainedNetworks } from "./figures.ts";
import type { Fact, Report, Section, Table } from "../kit/html/report.ts";

/** The first remedies of the ranking are explained; at most this many. */
const EXPLAINED = 6;

/** A prescription as a page: the verdict, whether knock-outs confirm the causes, the effect and cost of each remedy. */
export function prescriptionReport(prescription: Prescription, command?: string): Report {
  const {
    patient: unchanged,
    network,
    task,
    seeds,
    treatments,
    controls,
    race,
    verification,
    advice,
    spec,
    weights,
  } = prescription;
  const subject = describeNetwork({ spec: network, weights });
  const verdict = unchanged?.verdict ?? "stopped";
  const all = [...treatments, ...controls];
  return {
    title: `${verdict}: ${subject}`,
    verdict: {
      word: verdict[0].toUpperCase() + verdict.slice(1),
      tone: verdict === "stopped" ? "warn" : VERDICT_TONES[verdict],
    },
    summary: unchanged?.diagnosis.summary ?? "Stopped before the network was measured.",
    causes:
      unchanged?.verdict === "healthy"
        ? []
        : (unchanged?.diagnosis.causes ?? []).map(({ share, sentence }) => ({ share, sentence })),
    advice: { sentence: advice, options: prescribedOptions(prescription) },
    subject: [
      subject,
      `${task === null ? "" : `${describeTask(task)}, `}seeds ${seeds[0]} to ${seeds.at(-1)}, 95 % intervals over the seeds`,
    ],
    facts: facts(prescription),
    sections: [
      ...raceSections(prescription),
      ...knockOutSection(prescription),
      ...(all.length === 0
        ? []
        : [
            {
              heading: race === null ? "Remedies" : "The path under each remedy",
              figure: gainFigure(prescription),
              notes: remedyNotes(prescription),
              table: treatmentTable(all),
            },
          ]),
      ...(verification === null
        ? []
        : [
            {
              heading: "Training",
              figure: lossFigure(verification),
              notes: [{ label: "Loss", text: verification.summary }],
              table: verifiedTable(verification),
            },
          ]),
      ...untried(prescription),
    ],
    reproduce: {
      command,
      spec,
      notes: ["The spec above is the prescribed network. Use it with `evanesce propagate`."],
    },
    data: {
      name: "prescription.json",
      length: 100 * all.length,
      text: () => [...jsonText({ ...prescription, command })].join(""),
    },
  };
}

function facts({ patient: unchanged, seeds, treatments, prescribed, knockOuts }: Prescription): Fact[] {
  if (unchanged === null) return [];
  const best = treatments.find(({ name }) => name === prescribed);
  const named = knockOuts.filter(({ isAccused }) => isAccused);
  return [
    {
      label: "Gain along the path",
      value: `${nats(unchanged.gain.mean)} nats`,
      note: `over ${counted(seeds.length, "seed")}`,
    },
    ...(best === undefined
      ? []
      : [
          { label: "Prescribed", value: best.name, note: best.what },
          { label: "Gain with it", value: `${nats(best.gain.mean)} nats`, note: best.verdict },
          {
            label: "Its cost",
            value: `× ${significant(best.flopsRatio, 2)}`,
            note: `operations; parameters × ${significant(best.parametersRatio, 2)}`,
          },
        ]),
    ...(named.length === 0
      ? []
      : [
          {
            label: "Causes confirmed",
            value: `${named.filter(({ confirmed }) => confirmed).length} of ${named.length}`,
            note: "by knock-outs",
          },
        ]),
  ];
}

/** The race: the loss that each network reached, and the curves of the finalists. */
function raceSections({ race, treatments }: Prescription): Section[] {
  if (race === null) return [];
  const [reached, ...curves] = raceFigures(race);
  const table: Table = {
    heads: ["Network", "Validation loss", "÷ trivial", "Learning rate", "Updates", "Path", "Operations ×"],
    rows: race.entries.map(({ name, loss, learningRate, updates }) => {
      const treatment = treatments.find((one) => one.name === name);
      return [
        name,
        loss === null ? "diverged" : spread(loss),
        loss === null || race.trivial === null ? "–" : significant(loss.mean / race.trivial, 2),
        learningRate === null ? "–" : significant(learningRate),
        String(updates),
        treatment === undefined ? "" : `${nats(treatment.gain.mean)}, ${treatment.verdict}`,
        significant(treatment?.flopsRatio ?? 1),
      ];
    }),
    text: [0, 5],
  };
  const notes = [
    { label: "Race", text: race.summary },
    ...(race.notes ?? []).map((text) => ({ label: "Worker threads", text })),
    ...race.left.map(({ name, why }) => ({ label: `${name} did not take part`, text: why })),
  ];
  return [
    { heading: "Race: how well each network learns", figure: reached, notes, table },
    ...curves.map((figure) => ({ heading: "How the finalists learn", figure })),
  ];
}

/** A loss with its interval, if there are several seeds. */
const spread = ({ mean, low, high }: Interval): string =>
  Number.isFinite(high) ? `${significant(mean, 3)} ± ${significant((high - low) / 2, 2)}` : significant(mean, 3);

/** The results of the knock-outs. */
function knockOutSection({ knockOuts }: Prescription): Section[] {
  const table: Table = {
    heads: ["Replaced", "Change", "Expected", "Gain after", "Confirmed"],
    rows: knockOuts.map(({ what, change, expected, after, isAccused, confirmed }) => [
      what,
      withInterval(change),
      expected === null ? "–" : nats(expected),
      nats(after.gain.mean),
      isAccused ? (confirmed ? "yes" : "no") : "for comparison",
    ]),
    text: [0, 4],
  };
  return [
    ...(knockOuts.length === 0 ? [] : [{ heading: "Knock-outs: one factor replaced by a neutral one, nats", table }]),
  ];
}

/** `−0.3 ± 0.1`. */
function withInterval({ mean, low, high, law }: Interval): string {
  if (law === "t" && Number.isFinite(high)) return `${nats(mean)} ± ${((high - low) / 2).toFixed(1)}`;
  return low === high ? nats(mean) : `${nats(mean)} (${nats(low)} … ${nats(high)})`;
}

/** The changes of the first remedies, and their costs besides operations. */
const remedyNotes = ({ treatments }: Prescription): Finding[] =>
  treatments.slice(0, EXPLAINED).map(({ name, what, price, source }) => ({
    label: `${name} (${source})`,
    text: `${what}${price === null ? "" : `; ${price}`}`,
  }));

const treatmentTable = (all: readonly Treatment[]): Table => ({
  heads: ["Remedy", "What", "Gain after", "Verdict", "Parameters ×", "Operations ×"],
  rows: all.map(({ name, what, gain, verdict, parametersRatio, flopsRatio }) => [
    name,
    what,
    withInterval(gain),
    verdict,
    significant(parametersRatio),
    significant(flopsRatio),
  ]),
  text: [0, 1, 3],
});

const verifiedTable = (verification: Verification): Table => ({
  heads: ["Network", "Optimizer", "Learning rate", "Loss / trivial", "The loss follows"],
  rows: trainedNetworks(verification).map(({ name, optimizer, learningRate, loss, follows }) => [
    name,
    optimizer,
    learningRate === null ? "–" : significant(learningRate),
    loss === null ? "diverged" : `${significant(loss.mean, 2)} ± ${significant((loss.high - loss.low) / 2, 2)}`,
    name === "as it is" ? "" : follows ? "yes" : "no",
  ]),
  text: [0, 1, 4],
});

const untried = ({ untried: left }: Prescription): Section[] =>
  left.length === 0 ? [] : [{ heading: "Not tried", notes: left.map(({ name, why }) => ({ label: name, text: why })) }];
