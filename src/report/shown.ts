import { claimsToLines, claimsToText } from "./claims/text.ts";
import { comparisonToLines, comparisonToText } from "./comparison/text.ts";
import { flowFields } from "./flow/json.ts";
import { predictionFields, predictionToLine, predictionToText } from "./prediction/text.ts";
import { prescriptionToLine, prescriptionToText } from "./prescription/text.ts";
import type { ReadResult } from "./registry.ts";
import { flowToLine, flowToText, type TerminalOptions } from "./flow/text/index.ts";
import { traceToLine, traceToText } from "./trace/text.ts";

/** A result in words and as data, measured just now or read back. Its page stands in html/index.ts. */
export interface Shown {
  /** What `--json` prints, key by key. */
  fields(): Readonly<Record<string, unknown>>;
  text(options?: TerminalOptions): string;
  /** What is left of it under `--quiet`. */
  line(options?: TerminalOptions): string;
}

/** @param hint of a prescription: how to get the ready spec */
export function shown(read: ReadResult, hint?: string): Shown {
  const { command } = read;
  switch (read.schema) {
    case "evanesce.flow/1": {
      const { flow, diagnosis, extras } = read.result;
      return {
        fields: () => flowFields(flow, diagnosis, extras),
        text: (options) => flowToText(flow, diagnosis, options, extras),
        line: (options) => flowToLine(diagnosis, options),
      };
    }
    case "evanesce.comparison/1":
      return {
        fields: () => ({ ...read.result, command }),
        text: (options) => comparisonToText(read.result, options),
        line: (options) => comparisonToLines(read.result, options),
      };
    case "evanesce.trace/1":
      return {
        fields: () => ({ ...read.result, command }),
        text: (options) => traceToText(read.result, options),
        line: (options) => traceToLine(read.result, options),
      };
    case "evanesce.prescription/1":
      return {
        fields: () => ({ ...read.result, command }),
        text: (options) => prescriptionToText(read.result, { ...options, hint }),
        line: (options) => prescriptionToLine(read.result, options),
      };
    case "evanesce.claims/1":
      return {
        fields: () => ({ ...read.result, command }),
        text: (options) => claimsToText(read.result, options),
        line: (options) => claimsToLines(read.result, options),
      };
    case "evanesce.prediction/1": {
      const { spec, prediction } = read.result;
      return {
        fields: () => ({ ...predictionFields(spec, prediction), command }),
        text: (options) => predictionToText(spec, prediction, options),
        line: (options) => predictionToLine(spec, prediction, options),
      };
    }
  }
}
