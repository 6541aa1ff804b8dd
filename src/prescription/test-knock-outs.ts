import type { Diagnosis } from "../diagnosis/index.ts";
import { EvanesceError } from "../base/errors.ts";
import { type NetworkSpec, parseSpec } from "../spec/index.ts";
import { ownPaths, patchedInEveryLayer } from "../spec/uniform.ts";
import type { Batch } from "../tasks/index.ts";
import type { Work } from "./findings.ts";
import { interval } from "./interval.ts";
import { changesBetween, patchOf } from "./changes.ts";
import { type Altered, copyParameters } from "./alterations.ts";
import { chargedNats, KNOCK_OUTS, type KnockOutRow, LEAST_SHARE } from "./knockouts.ts";
import { difference, measured, outcomeOf } from "./measure.ts";
import type { KnockOut, PrescriptionEvent } from "./types.ts";

/** A knock-out confirms a cause if it brings back at least this part of the nats charged to it. */
const CONFIRMED = 0.5;

/**
 * Runs a knock-out of each factor that most seeds name as a cause, and always one that halves the path. Measures the
 * gain with every seed.
 */
export function* testKnockOuts(work: Work): Generator<PrescriptionEvent | undefined, void> {
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
  for (const row of rows) work.findings.knockOuts.push(yield* knockOut(work, row));
}

/** The altered network; null if there is none, or if keys of its spec exclude each other. */
function alteredBy(row: KnockOutRow, spec: NetworkSpec, batch: Batch): Altered | null {
  const altered = row.alter(spec, batch);
  if (altered === null) return null;
  const alike = patchedInEveryLayer(spec, patchOf(changesBetween(spec, altered.spec)));
  try {
    return { ...altered, spec: parseSpec(alike) };
  } catch (error) {
    if (error instanceof EvanesceError) return null;
    throw error;
  }
}

/** Why a knock-out, which is one change of all layers, has no meaning for layers that differ; null if it has. */
function whyNotOf({ alters = [] }: KnockOutRow, spec: NetworkSpec): string | null {
  const own = ownPaths(spec);
  const differing = alters.filter((key) => own.has(key));
  return differing.length === 0
    ? null
    : `no one replacement is neutral in layers that differ in ${differing.join(", ")}`;
}

/** Whether most diagnoses name one of the causes of a row with a large enough share. */
function mostName({ causes: tested }: KnockOutRow, diagnoses: readonly Diagnosis[]): boolean {
  const naming = diagnoses.filter(({ causes }) =>
    causes.some(({ factor, share }) => tested.includes(factor) && share >= LEAST_SHARE),
  );
  return 2 * naming.length >= diagnoses.length;
}

function* knockOut(work: Work, row: KnockOutRow): Generator<PrescriptionEvent | undefined, KnockOut> {
  const { settings, findings } = work;
  const { network: spec, seeds } = settings;
  const gains: number[] = [];
  const verdicts: KnockOut["after"]["verdicts"][number][] = [];
  for (const seed of seeds) {
    const sample = work.sample(seed);
    const altered = alteredBy(row, spec, sample.batch)!;
    const own = work.network(spec, sample);
    const without = work.drawn(altered.spec, sample);
    try {
      // LSUV sets the weights in a pass
      if (spec.kind === "feedforward" && spec.init.lsuv) yield* work.guarded(measured(own, sample.batch, false));
      copyParameters(own, without, altered);
      own.dispose();
      const { gain, diagnosis } = yield* work.guarded(measured(without, altered.batch ?? sample.batch, false));
      gains.push(gain);
      verdicts.push(diagnosis.verdict);
    } finally {
      own.dispose();
      without.dispose();
    }
    yield work.event("knock-out", row.name, seed, 1);
  }
  const signed = (gain: number) => (Number.isNaN(gain) ? Number.POSITIVE_INFINITY : gain);
  const change = interval(gains.map((gain, i) => difference(signed(gain), signed(findings.gains[i]))));
  const charges = findings.diagnoses.map((diagnosis) => chargedNats(row, diagnosis));
  const charged = charges.reduce((sum, nats) => sum + nats, 0) / charges.length;
  const finiteBefore = findings.gains.every(Number.isFinite);
  const expected = -Math.sign(charged) * Math.min(Math.abs(charged), Math.abs(findings.unchanged!.gain.mean));
  const ratio = finiteBefore && Number.isFinite(expected) && expected !== 0 ? change.mean / expected : null;
  return {
    name: row.name,
    what: row.what(spec),
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
 * If a cause has this part of the gain, it counts as the cause of all of it; the rest is rounding and the number of
 * stations.
 */
const WHOLE = 0.9;

/**
 * Whether a knock-out confirms its cause: it brings back half of the nats that the cause predicts. If the cause
 * predicts the whole gain, or if the gradient was exactly zero, the path must also be sound on most seeds; a network
 * that is still sick has another cause too.
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
