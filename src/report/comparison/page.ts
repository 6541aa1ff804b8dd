import type { ComparedFlow, Comparison } from "./compare.ts";
import { comparisonFigure } from "./figures.ts";
import { comparisonCells, conclusion } from "./findings.ts";
import { nats } from "../../words/numbers.ts";
import { jsonText } from "../kit/json.ts";
import type { Report } from "../kit/html/report.ts";

/** Headings of the table, with units. */
const heads = ({ axis }: Comparison) => [
  "verdict",
  `nats a ${axis}`,
  `half-life, ${axis}s`,
  "total gain, nats",
  `reach, ${axis}s`,
  "loss",
];

const optionsText = (advice: ComparedFlow["advice"]): string =>
  advice === undefined || advice.options.length === 0 ? "" : `Try: \`${advice.options.join(" ")}\`.`;

/** A comparison as a page. */
export function comparisonReport(comparison: Comparison, command?: string): Report {
  const { entries } = comparison;
  const fields = { ...comparison, command };
  return {
    title: `Comparison of ${entries.length}: ${entries.map(({ name }) => name).join(", ")}`,
    verdict: { word: `${entries.length} compared`, tone: "plain" },
    summary: conclusion(comparison),
    subject: [entries.map(({ name, verdict }) => `${name}: ${verdict}`).join("; ")],
    facts: entries.slice(0, 8).map(({ name, verdict, totalGain }) => ({
      label: name,
      value: totalGain === null ? verdict : `${nats(totalGain)} nats`,
      note: verdict,
    })),
    sections: [
      {
        heading: "Gradient profiles",
        figure: comparisonFigure(comparison),
        notes: entries.flatMap(({ name, cause, advice }) => {
          const text = [cause ?? "", advice?.sentence ?? "", optionsText(advice)];
          const there = text.filter((each) => each !== "").join(" ");
          return there === "" ? [] : [{ label: name, text: there }];
        }),
      },
      {
        heading: "Side by side",
        table: {
          heads: ["", ...heads(comparison)],
          rows: entries.map((entry) => [entry.name, ...comparisonCells(entry)]),
          text: [0, 1],
        },
      },
    ],
    reproduce: {
      command,
      spec: Object.fromEntries(entries.map(({ name, spec }) => [name, spec])),
      notes: [
        ...entries.flatMap(({ name, notes = [] }) => notes.map((note) => `${name}: ${note}`)),
        ...entries.flatMap((entry) => (entry.command === undefined ? [] : [`${entry.name}: \`${entry.command}\``])),
      ],
    },
    data: {
      name: "comparison.json",
      length: entries.reduce((sum, { lnGradientNorm }) => sum + lnGradientNorm.length, 0),
      text: () => [...jsonText(fields)].join(""),
    },
  };
}
