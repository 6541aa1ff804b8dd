import type { MonitoredRun } from "../../monitor/run/types.ts";
import { count, counted, power, significant } from "../../words/numbers.ts";
import { VERDICT_TONES, type ColoredTone } from "../kit/verdict-tones.ts";

/** The heading of a run: its verdict in a word, and how serious it is. */
export const headline = ({ verdict }: MonitoredRun): { readonly word: string; readonly tone: ColoredTone } => ({
  word: verdict,
  tone: VERDICT_TONES[verdict],
});

/** The contents of the record in a line. */
export function describeRecord({ run }: MonitoredRun): string {
  const { model, framework, optimizer, lossName, updates, firstUpdate, lastUpdate, map } = run;
  return [
    ...(model === null ? [] : [model]),
    ...(framework === null ? [] : [framework]),
    ...(optimizer === null
      ? []
      : [`${optimizer}${run.rates === null || run.rates.length === 0 ? "" : ` at ${significant(run.rates[0])}`}`]),
    ...(lossName === null ? [] : [lossName]),
    counted(map.layers.length, run.axis === "step" ? "step" : "layer"),
    `${counted(updates, "update")}${updates === 0 ? "" : `, ${count(firstUpdate ?? 0)} to ${count(lastUpdate ?? 0)}`}`,
  ].join(", ");
}

/** The update since which the path has had its verdict, in words. */
export const sinceText = ({ run: { since } }: MonitoredRun): string =>
  since === null ? "" : `since update ${count(since)}`;

/** The numbers by which runs are compared: the last loss, and the ratio of the first layer's gradient to the last's. */
export const keyNumbers = ({ run, layers }: MonitoredRun): { readonly loss: string; readonly gain: string } => ({
  loss: run.loss.last === null ? "–" : significant(run.loss.last),
  gain: layers.length === 0 ? "–" : power(layers[0].gain),
});

/** The finding of a run in two or three sentences. */
export const summaryOf = ({ summary, run }: MonitoredRun): string => `${run.doing} ${summary}`;
