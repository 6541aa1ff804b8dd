import { EvanesceError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import type { Work } from "../base/cooperative-work.ts";
import { criterionSentence, judge } from "./criterion.ts";
import type { ClaimDefinition } from "./define.ts";
import type { Labeled } from "./glyphs.ts";
import { createLab } from "./lab.ts";
import { CLAIMS } from "./table.ts";
import type { Claim, ClaimEvent, ClaimsOptions, ClaimsReport, Size } from "./types.ts";

/** The options of `claims` with their defaults. */
export type Settings = Omit<ClaimsOptions, "threads"> & { readonly size: Size; readonly seed: number };

/** The work of `claims` on this thread: one claim after the other, until all are judged or the signal aborts. */
export function* judgeAll(settings: Settings): Work<ClaimEvent, ClaimsReport> {
  const { only, size, seed, digits, signal } = settings;
  const chosen = choose(only);
  const judged: Claim[] = [];
  const report = (outcome: ClaimsReport["outcome"]) => reportOf(settings, judged, outcome);
  for (const [index, definition] of chosen.entries()) {
    yield { event: "begin", id: definition.id, index, count: chosen.length };
    const running = execute(definition, seed, size, digits);
    for (;;) {
      if (signal?.aborted) {
        running.return(undefined as never); // frees what its experiment holds
        return report("stopped");
      }
      const { done, value } = running.next();
      if (done) {
        judged.push(value);
        break;
      }
      yield undefined;
    }
    yield { event: "judged", claim: judged[judged.length - 1], index, count: chosen.length };
  }
  return report("complete");
}

export const reportOf = (
  { seed, size }: Settings,
  judged: readonly Claim[],
  outcome: ClaimsReport["outcome"],
): ClaimsReport => ({ schema: "evanesce.claims/1", seed, size, outcome, claims: judged });

/** Runs the experiment of one claim, then judges it. */
export function* execute(
  definition: ClaimDefinition,
  seed: number,
  size: Size,
  digits?: Labeled,
): Generator<void, Claim> {
  const { id, topic, sentence, published, criterion, experiment, run } = definition;
  const findings = yield* run(experiment[size], createLab(seed, id, digits));
  const common = {
    ...{ id, topic, sentence, published: published ?? null },
    criterion: criterionSentence(criterion),
    conditions: criterion,
    experiment: experiment[size],
  };
  if (typeof findings === "string") {
    return { ...common, verdict: "not run", where: findings, numbers: [], figure: null };
  }
  return { ...common, ...judge(criterion, findings.numbers), ...findings };
}

/** The claims with these ids, or all claims without `only`. @throws EvanesceError if no claim has one of the ids */
export function choose(only: readonly string[] | undefined): readonly ClaimDefinition[] {
  if (only === undefined) return CLAIMS;
  for (const id of only) {
    if (CLAIMS.some((claim) => claim.id === id)) continue;
    const ids = CLAIMS.map((claim) => claim.id);
    const near = nearest(id, ids);
    const remedy = near === undefined ? `the first of ${ids.length} is ${ids[0]}` : `did you mean ${near}?`;
    throw new EvanesceError("only", "the id of a claim", id, remedy);
  }
  return CLAIMS.filter(({ id }) => only.includes(id));
}
