import type { ReadResult } from "../read/index.ts";
import { claimsPage } from "./claims.ts";
import { comparisonReport } from "./comparison.ts";
import { flowReport } from "./flow.ts";
import { predictionReport } from "./prediction.ts";
import { prescriptionReport } from "./prescription.ts";
import type { Report } from "./report.ts";
import { traceReport } from "./trace.ts";

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
