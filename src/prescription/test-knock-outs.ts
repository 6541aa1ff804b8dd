import type { Diagnosis } from "../diagnosis/index.ts";
import type { NetworkSpec } from "../spec/index.ts";
import { ownPaths } from "../spec/uniform.ts";
import type { Work } from "./findings.ts";
import { interval } from "./interval.ts";
import { alteredBy, chargedNats, KNOCK_OUTS, type KnockOutRow, LEAST_SHARE } from "./knockouts.ts";
import { difference, outcomeOf } from "./measure.ts";
import type { PassResult } from "./passes/bench.ts";
import { type PassEnd, resultsOf, runPasses } from "./passes/run.ts";
import type { KnockOut, PrescriptionEvent } from "./types.ts";

/** A knock-out confirms a cause if it brings back at least this part of the nats charged to it. */
const CONFIRMED = 0.5;

/**
 * Runs a knock-out of each factor that most seeds name as a cause, and always one that halves the path. Measures the
 * gain with every seed.
 */
export async function* testKnockOuts(work: Work): AsyncGenerator<PrescriptionEvent, void> {
  const { diagnoses } = work.findings;
  const { network, seeds } = work.settings;
  const named = KNOCK_OUTS.filter((row) => row.name === "half" || mostName(row, diagnoses));
  const possible = named.filter((row) => {
    const why = whyNotOf(row, network);
    if (why !== null) work.findings.untried.push({ name: `knock-out: ${row.what(network)}`, why });
    return why === null;
  });
  const rows = possible.filter((row) => alteredBy(row, network, work.sample(seeds[0]).batch) !== null);
  work.plan(rows.length * seeds.length);
  const jobs = rows.flatMap(({ name }) => seeds.map((seed) => ({ kind: "knock-out", name, seed }) as const));
  const ends: PassEnd[] = [];
  try {
    yield* runPasses(work, jobs, ends, (i) => work.event("knock-out", jobs[i].name, jobs[i].seed, 1));
  } finally {
    for (const [i, row] of rows.entries()) {
      const own = ends.slice(i * seeds.length, (i + 1) * seeds.length);
      if (Object.keys(own).length === seeds.length) work.findings.knockOuts.push(knockOut(work, row, resultsOf(own)));
    }
  }
}

/**
 * Why a knock-out, which changes all layers in the same way, has no meaning for layers that differ; null if it has one.
 */
function whyNotOf({ alters = [] }: KnockOutRow, spec: NetworkSpec): string | null {
  const own = ownPaths(spec);
  const differing = alters.filter((key) => own.has(key));
  return differing.length === 0
    ? null
    : `no single replacement is neutral in layers that differ in ${differing.join(", ")}`;
}

/** Whether most diagnoses name one of the causes of a row with a large enough share. */
function mostName({ causes: tested }: KnockOutRow, diagnoses: readonly Diagnosis[]): boolean {
  const naming = diagnoses.filter(({ causes }) =>
    causes.some(({ factor, share }) => tested.includes(factor) && share >= LEAST_SHARE),
  );
  return 2 * naming.length >= diagnoses.length;
}

/** The knock-out of a row from the passes of its seeds. */
function knockOut({ settings, findings }: Work, row: KnockOutRow, passes: readonly PassResult[]): KnockOut {
  const gains = passes.map(({ gain }) => gain);
  const verdicts = passes.map(({ diagnosis }) => diagnosis.verdict);
  const signed = (gain: number) => (Number.isNaN(gain) ? Number.POSITIVE_INFINITY : gain);
  const change = interval(gains.map((gain, i) => difference(signed(gain), signed(findings.gains[i]))));
  const charges = findings.diagnoses.map((diagnosis) => chargedNats(row, diagnosis));
  const charged = charges.reduce((sum, nats) => sum + nats, 0) / charges.length;
  const finiteBefore = findings.gains.every(Number.isFinite);
  const expected = -Math.sign(charged) * Math.min(Math.abs(charged), Math.abs(findings.unchanged!.gain.mean));
  const ratio = finiteBefore && Number.isFinite(expected) && expected !== 0 ? change.mean / expected : null;
  return {
    name: row.name,
    what: row.what(settings.network),
    causes: row.causes,
    isAccused: mostName(row, findings.diagnoses),
    accused: charged,
    expected: ratio === null ? null : expected,
    after: outcomeOf(gains, verdicts),
    change,
    ratio,
    confirmed: confirms({ ratio, expected, before: findings.unchanged!.gain.mean, gains, verdicts, finiteBefore }),
  };
}

/**
 * A cause with at least this part of the gain counts as the cause of the whole gain; the rest is rounding and the
 * number of stations.
 */
const WHOLE = 0.9;

/**
 * Whether a knock-out confirms its cause: it brings back half of the nats that the cause predicts. If the cause
 * predicts the whole gain, or if the gradient was exactly zero, the path must also be healthy on most seeds; if it is
 * not, the network has another cause too.
 */
export function confirms({
  ratio,
  expected,
  before,
  gains,
  verdicts,
  finiteBefore,
}: {
  readonly ratio: number | null;
  readonly expected: number;
  readonly before: number;
  readonly gains: readonly number[];
  readonly verdicts: readonly KnockOut["after"]["verdicts"][number][];
  readonly finiteBefore: boolean;
}): boolean {
  const sound =
    2 * verdicts.filter((verdict) => verdict === "healthy" || verdict === "blocked").length >= verdicts.length;
  if (ratio === null) return !finiteBefore && gains.every(Number.isFinite) && sound;
  return ratio >= CONFIRMED && (sound || Math.abs(expected) < WHOLE * Math.abs(before));
}
