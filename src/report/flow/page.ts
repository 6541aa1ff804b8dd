import type { GradientStatistics } from "../../metrics/index.ts";
import type { GradientFlow } from "../../flow/index.ts";
import { describeNetwork, describeRun } from "../kit/describe.ts";
import { extraFindings } from "./extras.ts";
import { flowFigures } from "./figures/index.ts";
import type { Finding } from "../kit/finding.ts";
import { findings, obstacles } from "./findings.ts";
import { flowFields } from "./json.ts";
import { halfRows } from "./half.ts";
import { NOISE_HEADS, noiseCells, noiseFindings } from "./noise.ts";
import { count, nats, significant } from "../../words/numbers.ts";
import { jsonText } from "../kit/json.ts";
import { parameterRows } from "./parameters.ts";
import type { FlowResult } from "./result.ts";
import { VERDICT_TONES } from "../kit/verdict-tones.ts";
import type { Fact, Report, Section, Table } from "../kit/html/report.ts";

/** How much of each parameter's gradient half precision would lose. */
function halfTable(flow: GradientFlow): { readonly table?: Table } {
  const table = halfRows(flow);
  return table === undefined ? {} : { table: { ...table, text: [0] } };
}

/** Labels of the findings that stand beside each figure. The others stand beside the profile. */
const FINDINGS_OF_FIGURE: Readonly<Record<string, readonly string[]>> = {
  activations: ["Activations"],
  gates: ["Gates"],
  contributions: ["Learning"],
  credit: ["Credit"],
  "singular-values": ["Spectrum", "Bound", "Weights"],
  lyapunov: ["Lyapunov"],
  "gradient-noise": ["Noise", "Variance"],
  updates: ["Updates"],
  weights: ["Clipping"],
  half: ["float16", "bfloat16"],
};

/**
 * A flow as a page: the verdict with its causes and the advice, the profile, the meaning of the numbers, further
 * measurements.
 */
export function flowReport(result: FlowResult): Report {
  const { flow, diagnosis, extras } = result;
  const noise = extras.noise === undefined ? [] : noiseFindings(extras.noise);
  const theory = diagnosis.theory === undefined ? [] : [{ label: "Theory", text: diagnosis.theory.sentence }];
  const all = [...obstacles(diagnosis), ...findings(flow), ...theory, ...extraFindings(extras, flow), ...noise];
  const figures = flowFigures(result);
  const fields = flowFields(flow, diagnosis, extras);
  const claimed = new Set<Finding>();
  const notes = figures.map(({ id }) => all.filter(({ label }) => FINDINGS_OF_FIGURE[id]?.includes(label)));
  for (const list of notes) for (const finding of list) claimed.add(finding);
  const rest = all.filter((finding) => !claimed.has(finding));
  const sections: Section[] = figures.map((figure, i) => ({
    heading: figure.title,
    figure,
    notes: i === 0 ? rest : notes[i],
    ...(figure.id === "half" ? halfTable(flow) : {}),
    ...(figure.id === "gradient-noise" && extras.noise !== undefined ? { table: noiseTable(extras.noise) } : {}),
  }));
  if (flow.parameters.length > 0) {
    const { heads, rows } = parameterRows(flow.parameters);
    sections.push({ heading: "Parameters", table: { heads, rows, text: [0, 1] } });
  }
  return {
    title: `${diagnosis.verdict}: ${describeNetwork(flow)}`,
    verdict: { word: capital(diagnosis.verdict), tone: VERDICT_TONES[diagnosis.verdict] },
    summary: diagnosis.summary,
    causes: diagnosis.causes.map(({ share, sentence }) => ({ share, sentence })),
    advice: diagnosis.advice,
    subject: [describeNetwork(flow), describeRun(flow)],
    facts: facts(result),
    sections,
    reproduce: {
      command: extras.command,
      spec: flow.spec,
      notes: [
        ...(extras.command === undefined
          ? [`Saved as net.json, \`evanesce propagate net.json --seed ${flow.seed}\` runs this network.`]
          : []),
        `Seed ${flow.seed}, build ${flow.build}.`,
        ...diagnosis.evidence.notes,
      ],
    },
    data: {
      name: "result.json",
      length: numbersIn(fields),
      text: () => [...jsonText(fields)].join(""),
    },
  };
}

/** How many numbers the lists of a result hold. */
function numbersIn(value: unknown): number {
  if (ArrayBuffer.isView(value)) return (value as Float64Array).length;
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + Math.max(1, numbersIn(each)), 0);
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum: number, each) => sum + numbersIn(each), 0);
}

const noiseTable = ({ layers, all }: GradientStatistics): Table => ({
  heads: ["layer", ...NOISE_HEADS],
  rows: [...layers, all].map((layer) => [layer.name, ...noiseCells(layer)]),
  text: [0],
});

const capital = (word: string) => word[0].toUpperCase() + word.slice(1);

/** `1 layer`, `17.2 steps`. */
const lengthOf = (value: number, noun: string): string => {
  const text = significant(value);
  return `${text} ${Number(text) === 1 ? noun : `${noun}s`}`;
};

/** The few numbers at the top of the page: those of the profile that decides the verdict. */
function facts({ flow, diagnosis }: FlowResult): Fact[] {
  const { axis, task, loss } = flow;
  const { evidence, severity } = diagnosis;
  const { halfLife, rSquared, totalGain, reach, source, stationCount } = evidence;
  const of = { probe: "of the probe", lastStep: "of the last step's loss", loss: "of the loss gradient" }[source];
  const list: (Fact | undefined)[] = [
    totalGain === null || Number.isNaN(totalGain)
      ? undefined
      : {
          label: "Total gain",
          value: `${nats(totalGain)} nats`,
          note: `${of}, over ${count(stationCount - 1)} ${axis}s`,
        },
    halfLife === null || rSquared === null || !Number.isFinite(halfLife)
      ? undefined
      : {
          label: halfLife < 0 ? "Doubles every" : "Half-life",
          value: lengthOf(Math.abs(halfLife), axis),
          note: `R² ${significant(Math.floor(rSquared * 1e4) / 1e4, 4)}`,
        },
    { label: "Reach", value: `${count(reach.stations)} ${axis}s`, note: "that keep a thousandth of the gradient" },
    { label: "Severity", value: severity.toFixed(2), note: "0 flawless, 1 nothing arrives" },
    loss === null
      ? undefined
      : {
          label: "Loss",
          value: significant(loss),
          note: task.baseline === null ? undefined : `best trivial answer ${significant(task.baseline)}`,
        },
  ];
  return list.filter((fact) => fact !== undefined);
}
