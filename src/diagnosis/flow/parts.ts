import type { GradientFlow } from "../../flow/index.ts";
import {
  type Finding,
  fine,
  judgeInput,
  judgeLoss,
  judgeReadout,
  judgeUpdate,
  obstacles,
  standsInTheWay,
} from "../parts/index.ts";
import type { StateReport } from "../state.ts";
import type { Cause, Verdict } from "../types.ts";
import type { Judgement } from "../verdict.ts";
import { capitalized } from "../../words/phrases.ts";
import type { Path } from "./path.ts";
import { inputReading, lossReading, readoutReading, updateReading } from "./readings.ts";
import { pathEvidence } from "../sentences.ts";

/** All five parts of a flow, from the data to the update. */
export function judgeParts(
  flow: GradientFlow,
  path: Path,
  judgement: Judgement,
  report: StateReport,
  { learningRate }: { readonly learningRate?: number | undefined },
): Finding[] {
  const input = judgeInput(inputReading(flow));
  const unscaled = input.cause?.factor === "input-scale" ? (input.cause.tensor ?? null) : null;
  return [
    input,
    pathFinding(flow, path, judgement),
    judgeReadout(readoutReading(flow, report)),
    judgeLoss(lossReading(flow, report, unscaled)),
    judgeUpdate(updateReading(flow, learningRate)),
  ];
}

function pathFinding(flow: GradientFlow, path: Path, judgement: Judgement): Finding {
  const { verdict, worst, severity } = judgement;
  const evidence = pathEvidence(flow, path, judgement);
  const numbers = { worst: worst.gain, stations: path.gains.length };
  if (path.gains.length < 2 && verdict === "healthy") return fine("path", "unmeasured", evidence, numbers);
  return { part: "path", state: verdict as Finding["state"], evidence, numbers, severity, cause: null };
}

/** A sound path is `blocked` where another part stands in the way; the severity is the gravest part's. */
export function overall(
  { verdict, severity }: Judgement,
  found: readonly Finding[],
): { verdict: Verdict; severity: number } {
  if (verdict !== "healthy") return { verdict, severity };
  const others = obstacles(found);
  if (others.length === 0) return { verdict, severity };
  return { verdict: "blocked", severity: Math.max(...others.map((one) => one.severity)) };
}

/** Causes of a sick path are its own; of a blocked network those of the parts in the way, in equal shares. */
export function allCauses(ofPath: readonly Cause[], verdict: Verdict, found: readonly Finding[]): readonly Cause[] {
  if (verdict !== "blocked") return ofPath;
  const others = obstacles(found).flatMap(({ cause, part }) => (cause === null ? [] : [{ cause, part }]));
  return others.map(({ cause: { factor, nats, sentence, tensor } }) => ({
    factor,
    share: 1 / others.length,
    charged: nats,
    nats,
    stations: [0, 0] as const,
    sentence: `${capitalized(sentence)}.`,
    ...(tensor === undefined ? {} : { tensor }),
  }));
}

/** The evidence of the parts that stand in the way, of a blocked network before everything else. */
export const obstacleSentences = (found: readonly Finding[], verdict: Verdict): string[] =>
  verdict === "blocked" ? obstacles(found).map(({ evidence }) => evidence) : [];

/** Parts besides the path that stand in the way of a sick one too. */
export const besidesPath = (found: readonly Finding[]): Finding[] =>
  found.filter((one) => one.part !== "path" && standsInTheWay(one));
