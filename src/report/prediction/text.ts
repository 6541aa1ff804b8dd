import type { NetworkSpec } from "../../spec/index.ts";
import type { Prediction } from "../../theory/index.ts";
import { describeNetwork } from "../kit/describe.ts";
import type { Finding } from "../kit/finding.ts";
import { adviceRows } from "../kit/terminal/advice.ts";
import { paragraph, row, sectionsText } from "../kit/terminal/layout.ts";
import { plot } from "../kit/terminal/plot.ts";
import { createTheme, type TerminalOptions, type Theme } from "../kit/terminal/theme.ts";
import { predictionAdvice } from "./advice.ts";
import { headline, predictionFindings, stationNoun } from "./findings.ts";

/** A prediction for a terminal: first the expectation, then the numbers behind it, its limits and its sources. */
export function predictionToText(spec: NetworkSpec, prediction: Prediction, options: TerminalOptions = {}): string {
  const theme = createTheme(options);
  const [word, style, sentence] = headline(spec, prediction);
  const { notes, citations, why } = prediction;
  const advice = predictionAdvice(spec, prediction);
  const rows: Finding[] = [
    ...predictionFindings(spec, prediction),
    { label: "Theory", text: prediction.applies ? why : "" },
    ...notes.map((text, i) => ({ label: i === 0 ? "Notes" : "", text })),
    { label: "Sources", text: citations.join("; ") },
  ];
  const sections = [
    [theme.paint(word, "bold", style), ...paragraph(theme, sentence)],
    advice === undefined ? [] : adviceRows(theme, advice),
    [
      ...paragraph(theme, describeNetwork({ spec }), "dim"),
      ...paragraph(theme, "this is theory alone: no network was run", "dim"),
    ],
    profile(theme, spec, prediction),
    rows.filter(({ text }) => text !== "").flatMap(({ label, text }) => row(theme, label, text)),
  ];
  return sectionsText(sections);
}

/** The verdict and the first sentence alone. */
export function predictionToLine(spec: NetworkSpec, prediction: Prediction, options: TerminalOptions = {}): string {
  const theme = createTheme(options);
  const [word, style, sentence] = headline(spec, prediction);
  return `${theme.paint(word.toLowerCase(), "bold", style)}: ${theme.text(sentence)}\n`;
}

function profile(theme: Theme, spec: NetworkSpec, { lnGradientNorm, band }: Prediction): string[] {
  if (lnGradientNorm === null || lnGradientNorm.length < 3) return [];
  return plot(theme, {
    main: { name: "expected ‖∂L/∂h‖, last = 1", values: lnGradientNorm, style: "main" },
    others:
      band === null
        ? []
        : [
            { name: "−2 sd", values: band.low, style: "second" },
            { name: "+2 sd", values: band.high, style: "second" },
          ],
    axis: stationNoun(spec),
    end: "loss ▲",
  });
}
