import type { MonitoredRun } from "../../monitor/run/types.ts";
import { count, counted, percent, power, significant } from "../../words/numbers.ts";
import { capitalized } from "../../words/phrases.ts";
import type { Finding } from "../kit/finding.ts";
import type { Fact, Report, Table } from "../kit/html/report.ts";
import { jsonText } from "../kit/json.ts";
import { runFigures } from "./figures.ts";
import { describeRecord, headline, sinceText, summaryOf } from "./words.ts";

/** Labels of the findings beside each figure. All others are beside the loss. */
const LABELS_BY_FIGURE: Readonly<Record<string, readonly string[]>> = {
  gradients: ["Order", "No gradient", "Sometimes", "Tied", "Float16"],
  updates: ["Frozen", "Not updated"],
  clipping: ["Clipping", "Loss scale"],
  time: ["Time"],
};

/** A run of another program as a page: its verdict, its phase, and its figures. */
export function runReport(result: MonitoredRun, command?: string): Report {
  const { run, advice } = result;
  const { word, tone } = headline(result);
  const figures = runFigures(result);
  const placed = new Set(figures.flatMap(({ id }) => LABELS_BY_FIGURE[id] ?? []));
  const notes = [
    ...run.findings,
    ...run.time.map(({ name, of, sentence }) => ({ label: "Time", text: sentence, name, of })),
  ];
  const notesOf = (id: string, first: boolean): Finding[] =>
    notes
      .filter(({ label }) => (first ? !placed.has(label) : LABELS_BY_FIGURE[id]?.includes(label)))
      .map(({ label, text }) => ({ label, text }));
  return {
    title: `${capitalized(word)}: ${run.name}`,
    verdict: { word: capitalized(word), tone },
    summary: summaryOf(result),
    causes: result.causes.map(({ share, sentence }) => ({ share, sentence: `${sentence}.` })),
    advice,
    subject: [run.name, describeRecord(result)],
    facts: facts(result),
    sections: [
      ...figures.map((figure, i) => ({
        heading: figure.title,
        figure,
        notes: notesOf(figure.id, i === 0),
      })),
      { heading: "Layers", table: layerTable(result) },
    ],
    reproduce: { command, notes: [] },
    data: {
      name: "monitor.json",
      length: run.curves.loss.length * 5 + run.map.update.length * run.map.layers.length * 3,
      text: () => [...jsonText({ ...result, command })].join(""),
    },
  };
}

function facts(result: MonitoredRun): Fact[] {
  const { run, perLayer } = result;
  const { loss, clipping, scaler } = run;
  return [
    ...(loss.last === null
      ? []
      : [
          {
            label: "Loss",
            value: significant(loss.last),
            note: loss.first === null ? undefined : `first ${significant(loss.first)}`,
          },
        ]),
    ...(loss.baseline === null
      ? []
      : [{ label: "Trivial answer", value: significant(loss.baseline), note: "its loss" }]),
    {
      label: "Updates",
      value: count(run.updates),
      note: sinceText(result) === "" ? undefined : `${result.verdict} ${sinceText(result)}`,
    },
    ...(perLayer === null || run.axis === "step"
      ? []
      : [{ label: "A layer", value: `×${power(-perLayer)}`, note: "factor on the gradient" }]),
    ...run.time
      .slice(0, 1)
      .flatMap(({ halfLife, name }) =>
        halfLife === null
          ? []
          : [{ label: "Half-life", value: counted(Number(halfLife.toPrecision(2)), "step"), note: `along ${name}` }],
      ),
    ...(clipping === null || clipping.engaged === 0
      ? []
      : [
          {
            label: "Clipped",
            value: percent(clipping.engaged / clipping.updates),
            note: `typically to ${significant(clipping.typical, 2)}`,
          },
        ]),
    ...(scaler === null || scaler.skipped === 0
      ? []
      : [{ label: "Skipped", value: count(scaler.skipped), note: "by the loss scaler" }]),
  ];
}

/** At most this many rows of the table of layers are shown: the first and the last. */
const MOST_ROWS = 300;

function layerTable({ layers: all, run }: MonitoredRun): Table {
  const steps = new Map(run.steps.map((step) => [step.name, step]));
  const half = MOST_ROWS / 2;
  const layers = all.length <= MOST_ROWS ? all : [...all.slice(0, half), ...all.slice(-half)];
  return {
    ...(layers.length < all.length
      ? { caption: `The first ${half} and the last ${half} of ${count(all.length)} layers` }
      : {}),
    heads: ["Layer", "‖g‖", "to the last", "zero", "‖Δw‖/‖w‖", "step of a weight", "Adam’s m/√v"],
    rows: layers.map(({ name, lnGradientNorm, gain, zeroShare, lnUpdateRatio }) => {
      const step = steps.get(name);
      return [
        name,
        power(lnGradientNorm),
        power(gain),
        zeroShare === 0 ? "" : percent(zeroShare),
        lnUpdateRatio === null ? "" : power(lnUpdateRatio),
        step?.lnStep === null || step === undefined ? "" : power(step.lnStep),
        step?.adam === null || step === undefined ? "" : significant(step.adam, 2),
      ];
    }),
    text: [0],
  };
}
