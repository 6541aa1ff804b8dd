import type { TrainingTrace } from "../../training/index.ts";
import { describeNetwork } from "../describe.ts";
import type { Figure } from "../figures/index.ts";
import { counted, power, significant } from "../numbers.ts";
import { jsonText } from "../plain.ts";
import type { Report, Tone } from "./report.ts";

const TONES: Readonly<Record<TrainingTrace["phase"]["name"], Tone>> = {
  learning: "good",
  converged: "good",
  plateau: "warn",
  "trivial-baseline": "warn",
  vanishing: "bad",
  exploding: "bad",
  dead: "bad",
  nonfinite: "bad",
};

/** A training run as a page: what became of it, its loss, every parameter's gradient and update over the run. */
export function traceReport(trace: TrainingTrace, command?: string): Report {
  const { phase, task, updates, optimizer, seed, build, final, evaluations, diagnoses, spec } = trace;
  const name = phase.name.replace("-", " ");
  const network = describeNetwork(trace);
  const test = evaluations.findLast(({ set }) => set === "test");
  const last = diagnoses.at(-1);
  return {
    title: `${name}: ${network}`,
    verdict: { word: name[0].toUpperCase() + name.slice(1), tone: TONES[phase.name] },
    summary: trace.summary,
    subject: [
      network,
      `${task.name}, batch ${task.batch}, ${optimizer.name}, ${counted(updates, "update")}, seed ${seed}`,
    ],
    facts: [
      { label: "Loss", value: final === null ? "–" : significant(final.loss), note: "over the last updates" },
      ...(trace.baseline === null
        ? []
        : [{ label: "Trivial answer", value: significant(trace.baseline.value), note: "its loss" }]),
      ...(test === undefined
        ? []
        : [{ label: "Test", value: significant(test.loss), note: "loss of held-out samples" }]),
    ],
    sections: [
      {
        heading: "Loss",
        figure: lossFigure(trace),
        notes: last === undefined ? [] : [{ label: "At last", text: last.summary }],
      },
      { heading: "Gradients", figure: parameterFigure(trace, "lnGradientNorm", "gradients", "‖∂L/∂θ‖") },
      { heading: "Updates", figure: parameterFigure(trace, "lnUpdateRatio", "updates", "‖Δθ‖/‖θ‖") },
      { heading: "Parameters", table: parameterTable(trace) },
    ],
    reproduce: { command, spec, notes: [`Seed ${seed}, build ${build}.`] },
    data: {
      name: "trace.json",
      length: trace.losses.length + trace.update.length * (4 + 6 * trace.parameters.length),
      text: () => [...jsonText({ ...trace })].join(""),
    },
  };
}

function lossFigure({ losses, baseline, evaluations }: TrainingTrace): Figure {
  const watched = evaluations.filter(({ set }) => set === "validation");
  return {
    id: "loss",
    title: "Loss",
    caption:
      "The training loss before every update, and the loss of what is held out to watch; the dashed line is the best trivial answer's.",
    x: { label: "update", scale: "linear", whole: true },
    y: { label: "loss", scale: "decades" },
    marks: [
      { kind: "line", name: "training", y: losses.map((loss) => Math.log(loss)), slot: 0 },
      ...(watched.length === 0
        ? []
        : [
            {
              kind: "line" as const,
              name: "validation",
              x: watched.map(({ update }) => update),
              y: watched.map(({ loss }) => Math.log(loss)),
              slot: 1,
              points: true,
            },
          ]),
      ...(baseline === null || baseline.value <= 0
        ? []
        : [{ kind: "rule" as const, name: "trivial answer", at: { y: Math.log(baseline.value) } }]),
    ],
  };
}

/** Most curves a figure can tell apart. */
const MOST_CURVES = 6;

function parameterFigure(
  { parameters, update }: TrainingTrace,
  key: "lnGradientNorm" | "lnUpdateRatio",
  id: string,
  label: string,
): Figure {
  const matrices = parameters.filter(({ shape }) => shape.length > 1);
  const step = Math.max(1, (matrices.length - 1) / (MOST_CURVES - 1));
  const shown = [...new Set(Array.from({ length: MOST_CURVES }, (_, i) => matrices[Math.round(i * step)]))];
  return {
    id,
    title: label,
    caption: `${label} of ${shown.length === matrices.length ? "every" : "some"} weight matrices over the run, on a log axis; an exact zero stands at the foot.`,
    x: { label: "update", scale: "linear", whole: true },
    y: { label, scale: "decades" },
    marks: shown
      .filter((one) => one !== undefined)
      .map((one, slot) => ({ kind: "line", name: one.name, x: update, y: one[key], slot })),
  };
}

function parameterTable({ parameters }: TrainingTrace) {
  const at = (values: Float64Array, i: number) => power(values.at(i) ?? Number.NaN);
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
