import type { NetworkSpec } from "../../spec/index.ts";
import type { Prediction } from "../../theory/index.ts";
import { describeNetwork } from "../kit/describe.ts";
import { counted, nats, significant } from "../../words/numbers.ts";
import { jsonText } from "../kit/json.ts";
import { predictionAdvice } from "./advice.ts";
import { gainOf, headline, predictionFields, predictionFindings, stationNoun } from "./findings.ts";
import { predictionFigures } from "./figures.ts";
import type { Fact, Report } from "../kit/html/report.ts";

/** A prediction as a page: the profile, the numbers behind it, its limits and its sources. */
export function predictionReport(spec: NetworkSpec, prediction: Prediction, command?: string): Report {
  const [word, tone, summary] = headline(spec, prediction);
  const { applies, why, notes, citations, q } = prediction;
  const subject = describeNetwork({ spec });
  const findings = predictionFindings(spec, prediction);
  const sources = citations.map((text, i) => ({ label: i === 0 ? "Sources" : "", text }));
  const figures = predictionFigures(spec, prediction);
  const fields = { ...predictionFields(spec, prediction), command };
  return {
    title: `${word.toLowerCase()}: ${subject}`,
    verdict: { word: word[0] + word.slice(1).toLowerCase(), tone },
    summary,
    advice: predictionAdvice(spec, prediction),
    subject: [subject, "This is theory alone: no network was run."],
    facts: facts(spec, prediction),
    sections: [
      ...figures.map((figure, i) => ({
        heading: figure.title,
        figure,
        notes: i === 0 ? findings : [],
      })),
      {
        heading: "The numbers behind it",
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
  const noun = stationNoun(spec);
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
