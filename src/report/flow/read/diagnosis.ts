import type { Advice, Diagnosis, Verdict } from "../../../diagnosis/index.ts";
import { type Fields, others } from "../../kit/read/fields.ts";
import { flag, list, nullable, number, oneOf, record, series, text, whole } from "../../kit/read/shapes.ts";
import { VERDICT_TONES } from "../../kit/verdict-tones.ts";

export const VERDICTS = Object.keys(VERDICT_TONES) as Verdict[];

const preset = record({
  system: text,
  verdict: text,
  findings: list(record({ problem: text, quantity: text, threshold: text, where: text, value: number, places: whole })),
  notJudged: list(record({ needs: text })),
});

const theory = record({
  applies: flag,
  lnExpected: nullable(series),
  band: nullable(record({ low: series, high: series })),
  sentence: text,
});

const part = record({ part: oneOf("input", "path", "readout", "loss", "update"), state: text, evidence: text });

/** A list of advice; files written before 0.2 hold a single sentence. */
function advice(fields: Fields): Advice[] {
  const value = fields.value("advice");
  if (typeof value === "string") return [{ sentence: value, options: [], patch: {} }];
  return list(record({ sentence: text, options: list(text) }))(value, `${fields.where}.advice`) as unknown as Advice[];
}

/** Reads a diagnosis. Fields that a report uses are checked; the others are taken as they are. */
export function diagnosis(fields: Fields): Diagnosis {
  const evidence = fields.object("evidence");
  const reach = evidence.object("reach");
  return {
    ...others(fields, ["causes", "evidence", "presets", "theory"]),
    presets: list(preset)(fields.value("presets"), `${fields.where}.presets`),
    ...(fields.has("theory") ? { theory: theory(fields.value("theory"), `${fields.where}.theory`) } : {}),
    verdict: fields.oneOf("verdict", VERDICTS),
    state: fields.text("state"),
    severity: fields.number("severity"),
    summary: fields.text("summary"),
    parts: fields.has("parts") ? list(part)(fields.value("parts"), `${fields.where}.parts`) : [],
    data: fields.has("data") ? list(text)(fields.value("data"), `${fields.where}.data`) : [],
    advice: advice(fields),
    causes: fields.list("causes").map((cause) => ({
      ...others(cause, ["stations"]),
      factor: cause.text("factor"),
      share: cause.number("share"),
      nats: cause.number("nats"),
      stations: Array.from(cause.series("stations", 2)),
      sentence: cause.text("sentence"),
    })),
    evidence: {
      ...others(evidence, ["reach", "notes"]),
      source: evidence.oneOf("source", ["probe", "lastStep", "loss"]),
      stationCount: evidence.whole("stationCount"),
      totalGain: evidence.whole("stationCount") < 2 ? null : evidence.number("totalGain"),
      perStation: evidence.numberOrNull("perStation"),
      halfLife: evidence.numberOrNull("halfLife"),
      rSquared: evidence.numberOrNull("rSquared"),
      reach: { stations: reach.whole("stations"), share: reach.number("share"), floor: reach.number("floor") },
      notes: list(text)(evidence.value("notes") ?? [], `${evidence.where}.notes`),
    },
    stations: Array.from(fields.series("stations", 2)),
  } as unknown as Diagnosis;
}
