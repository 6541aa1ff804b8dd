import type { GradientFlow } from "../../flow/index.ts";
import {
  type Finding,
  fine,
  judgeInput,
  judgeLoss,
  judgeReadout,
  judgeUpdate,
  obstacles,
  unscaledInputs,
} from "../parts/index.ts";
import { layerNorms } from "../../spec/norms.ts";
import type { StateReport } from "../state.ts";
import type { Cause, Verdict } from "../types.ts";
import type { Judgement } from "../verdict.ts";
import { nats, percent } from "../../words/numbers.ts";
import { type OddSize, oddSizes } from "./odd-sizes.ts";
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
  const reading = inputReading(flow, path.entry);
  const input = judgeInput(reading);
  const unscaled = IN_SCALE.includes(input.cause?.factor ?? "") ? input.cause : unscaledInputs(reading);
  const scales = oddSizes(flow).filter(({ factor, nats }) => factor === "normalisation" && nats > 0);
  const bySize = (found: Finding, layer: number) =>
    byScale(
      found,
      scales.find((one) => one.layer === layer),
    );
  const last = layerNorms(flow.spec).length - 1;
  return [
    bySize(input, 0),
    pathFinding(flow, path, judgement),
    judgeReadout(readoutReading(flow, report)),
    bySize(judgeLoss(lossReading(flow, report, unscaled)), last),
    judgeUpdate(updateReading(flow, learningRate)),
  ];
}

/** A finding that blames the weights for units that are too large, where the γ of their normalization sets the size. */
function byScale(found: Finding, scale: OddSize | undefined): Finding {
  const { cause } = found;
  if (scale === undefined || cause === null || !["weights", "readout-scale"].includes(cause.factor)) return found;
  const { factor, tensor, sentence } = scale;
  return { ...found, cause: { ...cause, factor, tensor, sentence } };
}

function pathFinding(flow: GradientFlow, path: Path, judgement: Judgement): Finding {
  const { verdict, worst, severity } = judgement;
  const evidence = pathEvidence(flow, path, judgement);
  const numbers = { worst: worst.gain, stations: path.gains.length };
  if (path.gains.length < 2 && verdict === "healthy") return fine("path", "unmeasured", evidence, numbers);
  return { part: "path", state: verdict as Finding["state"], evidence, numbers, severity, cause: null };
}

/**
 * The verdict on the whole: `blocked` if the path is healthy and another part is at fault; the severity is that of the
 * worst part.
 */
export function overall(
  { verdict, severity }: Judgement,
  found: readonly Finding[],
): { verdict: Verdict; severity: number } {
  if (verdict !== "healthy") return { verdict, severity };
  const others = obstacles(found);
  if (others.length === 0) return { verdict, severity };
  return { verdict: "blocked", severity: Math.max(...others.map((one) => one.severity)) };
}

/** Faults of the inputs' scale: of columns, or of some samples. */
const IN_SCALE: readonly string[] = ["input-scale", "sample-scale"];

/** Factors that inputs of a wrong scale cause at every step of a recurrent network. */
const BY_INPUT: readonly string[] = ["closed-gate", "saturation", "cell-output", "hidden-route", "dead-units"];

/**
 * The causes of a vanishing or exploding gradient are those of the path. The causes of a blocked network are those of
 * the parts at fault, in equal shares. Inputs of a wrong scale enter a recurrent network at every step, so they are the
 * cause where they saturate its gates.
 */
export function allCauses(
  ofPath: readonly Cause[],
  verdict: Verdict,
  found: readonly Finding[],
  recurrent: boolean,
): readonly Cause[] {
  const entrance = found.find(({ part }) => part === "input");
  const input = entrance?.cause;
  if (verdict !== "blocked" && recurrent && input !== null && input !== undefined && IN_SCALE.includes(input.factor)) {
    const brought = ofPath.filter(({ factor }) => BY_INPUT.includes(factor));
    if (brought.length === 0) return ofPath;
    const sum = (of: (cause: Cause) => number) => brought.reduce((total, one) => total + of(one), 0);
    const one: Cause = {
      ...brought[0],
      factor: input.factor,
      share: sum(({ share }) => share),
      charged: sum(({ charged }) => charged),
      nats: sum(({ nats }) => nats),
      sentence: `${percent(sum(({ share }) => share))}, ${nats(sum(({ charged }) => charged))} nats: ${input.sentence}, which shuts or saturates the cell at every step.`,
      ...(input.tensor === undefined ? {} : { tensor: input.tensor }),
    };
    return [one, ...ofPath.filter((cause) => !brought.includes(cause))];
  }
  const [first] = ofPath;
  if (
    verdict === "dead" &&
    recurrent &&
    entrance?.state === "dead" &&
    first?.factor === "dead-units" &&
    input?.tensor !== undefined
  ) {
    const { factor, tensor, sentence } = input;
    const word = `Every unit of the recurrent layer is off in every sample, because ${sentence}. Nothing gets past it.`;
    return [{ ...first, factor: factor === "bias" ? "dead-units" : factor, tensor, sentence: word }];
  }
  if (verdict !== "blocked") return ofPath;
  const others = obstacles(found).flatMap(({ cause, part }) => (cause === null ? [] : [{ cause, part }]));
  // a fault that blocks two parts is one cause
  const keyOf = ({ factor, tensor }: { factor: string; tensor?: string | undefined }) => `${factor} ${tensor ?? ""}`;
  const alike = (one: (typeof others)[number]) => others.filter(({ cause }) => keyOf(cause) === keyOf(one.cause));
  return others
    .filter((one) => alike(one)[0] === one)
    .map((one) => {
      const { factor, nats: amount, sentence, tensor } = one.cause;
      return {
        factor,
        share: alike(one).length / others.length,
        charged: amount,
        nats: amount,
        stations: [0, 0] as const,
        sentence: `${one.part}: ${sentence}.`,
        ...(tensor === undefined ? {} : { tensor }),
      };
    });
}

/** For a blocked network, the evidence of the parts at fault; it begins the summary. */
export const obstacleSentences = (found: readonly Finding[], verdict: Verdict): string[] =>
  verdict === "blocked" ? obstacles(found).map(({ evidence }) => evidence) : [];

/** For a vanishing or exploding gradient, the evidence of the other parts at fault; it ends the summary. */
export const additionalSentences = (found: readonly Finding[], verdict: Verdict): string[] =>
  verdict === "blocked" || verdict === "nonfinite"
    ? []
    : obstacles(found)
        .filter(({ part }) => part !== "path")
        .map(({ part, evidence }) => `In addition to the path, the ${part} is at fault: ${evidence}`);
