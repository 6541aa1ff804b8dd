import type { ReadResult } from "../registry.ts";
import { claimsPage } from "../claims/page.ts";
import { comparisonReport } from "../comparison/page.ts";
import { flowReport } from "../flow/page.ts";
import { predictionReport } from "../prediction/page.ts";
import { prescriptionReport } from "../prescription/page.ts";
import type { Report } from "../kit/html/report.ts";
import { traceReport } from "../trace/page.ts";

/** The page of any result, measured just now or read back. */
export function pageOf(read: ReadResult): Report {
  const { command } = read;
  switch (read.schema) {
    case "evanesce.flow/1":
      return flowReport(read.result);
    case "evanesce.comparison/1":
      return comparisonReport(read.result, command);
    case "evanesce.trace/1":
      return traceReport(read.result, command);
    case "evanesce.prescription/1":
      return prescriptionReport(read.result, command);
    case "evanesce.claims/1":
      return claimsPage(read.result, command);
    case "evanesce.prediction/1":
      return predictionReport(read.result.spec, read.result.prediction, command);
  }
}
