import type { TrainingTrace } from "../../training/index.ts";
import { describeNetwork } from "../kit/describe.ts";
import { traceAdvice, traceCauses } from "./advice.ts";
import { traceFigures } from "./figures.ts";
import { accuracy, count, power, significant } from "../../words/numbers.ts";
import { jsonText } from "../kit/json.ts";
import { describeTraining, PHASE_TONES, phaseName, traceFindings } from "./findings.ts";
import type { Fact, Report } from "../kit/html/report.ts";

/** Labels of the findings beside each figure. All others are beside the loss. */
const FINDINGS_OF_FIGURE: Readonly<Record<string, readonly string[]>> = {
  path: ["At the start", "At the end"],
  clipping: ["Clipping"],
  "loss-scaler": ["Loss scaler"],
  gsnr: ["GSNR"],
};

/** A training run as a page: its phase, its loss, and the gradient and update of every parameter over the run. */
export function traceReport(trace: TrainingTrace, command?: string): Report {
  const { phase, seed, build, spec } = trace;
  const name = phaseName(phase);
  const network = describeNetwork(trace);
  const figures = traceFigures(trace);
  const findings = traceFindings(trace);
  const taken = new Set(figures.flatMap(({ id }) => FINDINGS_OF_FIGURE[id] ?? []));
  return {
    title: `${name}: ${network}`,
    verdict: { word: name[0].toUpperCase() + name.slice(1), tone: PHASE_TONES[phase.name] },
    summary: trace.summary,
    causes: traceCauses(trace),
    advice: traceAdvice(trace),
    subject: [network, describeTraining(trace)],
    facts: facts(trace),
    sections: [
      ...figures.map((figure, i) => ({
        heading: figure.title,
        figure,
        notes: findings.filter(({ label }) =>
          i === 0 ? !taken.has(label) : FINDINGS_OF_FIGURE[figure.id]?.includes(label),
        ),
      })),
      { heading: "Parameters", table: parameterTable(trace) },
    ],
    reproduce: { command, spec, notes: [`Seed ${seed}, build ${build}.`] },
    data: {
      name: "trace.json",
      length: trace.losses.length + trace.update.length * (4 + 6 * trace.parameters.length),
      text: () => [...jsonText({ ...trace, command })].join(""),
    },
  };
}

/** A ratio of norms as text; a dash if a norm is zero, because then it has no ratio. */
const known = (ln: number): string => (Number.isNaN(ln) ? "–" : power(ln));

function facts({ final, baseline, evaluations, updates, steps, optimizer }: TrainingTrace): Fact[] {
  const test = evaluations.findLast(({ set }) => set === "test");
  const percent = (share: number | null) => (share === null ? "" : `; ${accuracy(share)} right`);
  return [
    {
      label: "Loss",
      value: final === null ? "–" : significant(final.loss),
      note: `over the last updates${percent(final?.accuracy ?? null)}`,
    },
    ...(baseline === null ? [] : [{ label: "Trivial answer", value: significant(baseline.value), note: "its loss" }]),
    ...(test === undefined
      ? []
      : [{ label: "Test", value: significant(test.loss), note: `loss of held-out samples${percent(test.accuracy)}` }]),
    { label: "Updates", value: count(updates), note: updates === steps ? undefined : `of ${steps}` },
    {
      label: "Learning rate",
      value: significant(Number(optimizer.learningRate)),
      note: `of ${optimizer.name}`,
    },
  ];
}

function parameterTable({ parameters }: TrainingTrace) {
  const at = (values: Float64Array, i: number) => known(values.at(i) ?? Number.NaN);
  return {
    heads: ["Parameter", "Shape", "‖g‖ first", "‖g‖ last", "‖Δθ‖/‖θ‖ last", "‖θ − θ₀‖ last"],
    rows: parameters.map(({ name, shape, lnGradientNorm, lnUpdateRatio, lnDistance }) => [
      name,
      `[${shape.join(", ")}]`,
      at(lnGradientNorm, 0),
      at(lnGradientNorm, -1),
      at(lnUpdateRatio, -1),
      at(lnDistance, -1),
    ]),
    text: [0, 1],
  };
}
