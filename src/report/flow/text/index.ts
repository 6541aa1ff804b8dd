import type { Diagnosis } from "../../../diagnosis/index.ts";
import type { GradientFlow } from "../../../flow/index.ts";
import { describeNetwork, describeRun } from "../../kit/describe.ts";
import { extraFindings, type FlowExtras } from "../extras.ts";
import { lossEnd } from "../result.ts";
import { findings, obstacles } from "../findings.ts";
import { histogramRows } from "./histograms.ts";
import { adviceRows } from "../../kit/terminal/advice.ts";
import { paragraph, row, sectionsText } from "../../kit/terminal/layout.ts";
import { ledgerBars } from "./ledger.ts";
import { noiseTable } from "./noise.ts";
import { parameterTable } from "./parameters.ts";
import { plot } from "../../kit/terminal/plot.ts";
import { presetRows } from "./presets.ts";
import { createTheme, type TerminalOptions } from "../../kit/terminal/theme.ts";
import { VERDICT_TONES } from "../../kit/verdict-tones.ts";

export type { TerminalOptions };

/**
 * A flow for a terminal: first the verdict with its causes and the advice, then the profile, the findings in words, and
 * the tables.
 */
export function flowToText(
  flow: GradientFlow,
  diagnosis: Diagnosis,
  options: TerminalOptions = {},
  extras: FlowExtras = {},
): string {
  const theme = createTheme(options);
  const style = VERDICT_TONES[diagnosis.verdict];
  const sections = [
    [theme.paint(diagnosis.verdict.toUpperCase(), "bold", style), ...paragraph(theme, diagnosis.summary)],
    [
      ...obstacles(diagnosis).flatMap(({ label, text }) => row(theme, label, text)),
      ...diagnosis.causes.flatMap(({ sentence }, i) => row(theme, i === 0 ? "Causes" : "", sentence)),
    ],
    adviceRows(theme, diagnosis.advice),
    [...paragraph(theme, describeNetwork(flow), "dim"), ...paragraph(theme, describeRun(flow), "dim")],
    plot(theme, {
      main: { name: flow.axis === "step" ? "‖∂L/∂h_t‖" : "‖∂L/∂h_l‖", values: flow.lnGradientNorm, style: "main" },
      others: [
        ...(flow.probe === undefined
          ? []
          : [{ name: "probe", values: flow.probe.lnGradientNorm, style: "second" } as const]),
        ...(flow.lastStep === undefined
          ? []
          : [{ name: "last step's loss", values: flow.lastStep.lnGradientNorm, style: "warn" } as const]),
        ...(flow.truncated === undefined
          ? []
          : [{ name: "truncated", values: flow.truncated.lnGradientNorm, style: "good" } as const]),
      ],
      axis: flow.axis,
      end: lossEnd(flow),
    }),
    [
      ...findings(flow),
      ...(diagnosis.theory === undefined ? [] : [{ label: "Theory", text: diagnosis.theory.sentence }]),
      ...extraFindings(extras, flow),
    ].flatMap(({ label, text }) => row(theme, label, text)),
    ledgerBars(theme, flow),
    parameterTable(theme, flow),
    noiseTable(theme, extras.noise),
    histogramRows(theme, extras.histograms),
    presetRows(theme, diagnosis.presets),
  ];
  return sectionsText(sections);
}

/** The verdict in one line. */
export function flowToLine({ verdict, summary }: Diagnosis, options: TerminalOptions = {}): string {
  const theme = createTheme(options);
  return `${theme.paint(verdict, "bold", VERDICT_TONES[verdict])}: ${theme.text(summary)}\n`;
}
