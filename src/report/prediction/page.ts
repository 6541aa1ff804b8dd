import type { NetworkSpec } from "../../spec/index.ts";
import type { Prediction } from "../../theory/index.ts";
import { describeNetwork } from "../kit/describe.ts";
import type { Figure, Mark } from "../flow/figures/index.ts";
import { counted, nats, significant } from "../../words/numbers.ts";
import { jsonText } from "../kit/json.ts";
import { gainOf, headline, nounOf, numbersOf, predictionFields } from "./text.ts";
import type { Fact, Report, Tone } from "../kit/html/report.ts";

/** What theory expects as a page: the profile, the numbers it rests on, its limits and its sources. */
export function predictionReport(spec: NetworkSpec, prediction: Prediction, command?: string): Report {
  const [word, tone, summary] = headline(spec, prediction);
  const { applies, why, notes, citations, q } = prediction;
  const subject = describeNetwork({ spec });
  const findings = numbersOf(spec, prediction).map(([label, text]) => ({ label, text }));
  const sources = citations.map((text, i) => ({ label: i === 0 ? "Sources" : "", text }));
  const figures = [profileFigure(spec, prediction), forwardFigure(spec, q)].filter((figure) => figure !== undefined);
  const fields = { ...predictionFields(spec, prediction), command };
  return {
    title: `${word.toLowerCase()}: ${subject}`,
    verdict: { word: word[0] + word.slice(1).toLowerCase(), tone: tone as Tone },
    summary,
    subject: [subject, "From theory alone: nothing was run."],
    facts: facts(spec, prediction),
    sections: [
      ...figures.map((figure, i) => ({
        heading: figure.title,
        figure,
        notes: i === 0 ? findings : [],
      })),
      {
        heading: "What it rests on",
        notes: [
          ...(figures.length === 0 ? findings : []),
          ...(applies ? [{ label: "Theory", text: why }] : []),
          ...notes.map((text, i) => ({ label: i === 0 ? "Notes" : "", text })),
          ...sources,
        ],
      },
    ].filter(({ notes: there, ...rest }) => "figure" in rest || there.length > 0),
    reproduce: { command, spec, notes: [] },
    data: {
      name: "prediction.json",
      length: (prediction.lnGradientNorm?.length ?? 0) + q.length,
      text: () => [...jsonText(fields)].join(""),
    },
  };
}

function facts(spec: NetworkSpec, prediction: Prediction): Fact[] {
  const gain = gainOf(prediction);
  const { phase, chi1, perStation, lnGradientNorm } = prediction;
  const noun = nounOf(spec);
  return [
    ...(gain === null
      ? []
      : [
          {
            label: "Expected gain",
            value: `${nats(gain)} nats`,
            note: `over ${counted((lnGradientNorm?.length ?? 1) - 1, noun)}`,
          },
        ]),
    ...(perStation === null || !Number.isFinite(perStation)
      ? []
      : [{ label: `A ${noun}`, value: `${significant(-perStation)} nats`, note: "of ln ‖∂L/∂h‖ on its way back" }]),
    ...(phase === null ? [] : [{ label: "Phase", value: phase }]),
    ...(chi1 === null ? [] : [{ label: "χ₁", value: significant(chi1, 4), note: "gain of the squared gradient" }]),
  ];
}

const axisOf = (spec: NetworkSpec) => ({
  label: nounOf(spec) === "step" ? "step t" : "layer l",
  scale: "linear" as const,
  whole: true,
});

function profileFigure(spec: NetworkSpec, { lnGradientNorm, band, lnBound }: Prediction): Figure | undefined {
  if (lnGradientNorm === null || lnGradientNorm.length < 2) return undefined;
  const marks: Mark[] = [
    ...(band === null
      ? []
      : [{ kind: "band" as const, name: "one network, ± 2 standard deviations", ...ends(band), slot: 2 }]),
    ...(lnBound === null ? [] : [{ kind: "line" as const, name: "upper bound", y: lnBound, slot: 1 }]),
    { kind: "line", name: "expected", y: lnGradientNorm, slot: 2 },
  ];
  return {
    id: "expected-profile",
    title: "Expected gradient profile",
    caption: `Norm of the gradient that theory expects at every ${nounOf(spec)}, beside that at the last, on a logarithmic axis.${
      band === null ? "" : " The band is where a single network of this width should lie."
    }${lnBound === null ? "" : " No network of these weights goes above the bound (Pascanu et al. 2013)."}`,
    x: { ...axisOf(spec), end: "loss ▲" },
    y: { label: "‖∂L/∂h‖, the last = 1", scale: "decades" },
    marks,
  };
}

const ends = ({ low, high }: NonNullable<Prediction["band"]>) => ({ low, high });

function forwardFigure(spec: NetworkSpec, q: readonly number[]): Figure | undefined {
  if (q.length < 2 || !q.some((value) => Number.isFinite(value) && value > 0)) return undefined;
  return {
    id: "expected-variance",
    title: "Expected pre-activations",
    caption: `Variance of the pre-activations that theory expects at every ${nounOf(spec)}: what the forward pass makes of its input.`,
    x: axisOf(spec),
    y: { label: "variance q", scale: "decades" },
    marks: [{ kind: "line", name: "q", y: q.map(Math.log), slot: 0 }],
  };
}
