import type { GradientFlow } from "../flow/index.ts";
import { concentration } from "../metrics/index.ts";
import { accusable, type Factors } from "./factors.ts";
import type { Path } from "./path.ts";
import { stationTolerance } from "./reference.ts";
import { causeSentence } from "./sentences.ts";
import type { Cause, CauseName } from "./types.ts";
import type { Judgement } from "./verdict.ts";

/** Pushes below this part of all are rounding. */
const NEGLIGIBLE = 1e-3;

/** A cause before it is put into words. */
export interface Accusation {
  readonly factor: CauseName;
  readonly share: number;
  readonly nats: number;
  readonly stations: readonly [number, number];
}

/**
 * Who did it, in shares that add up to 1.
 *
 * Over the stretch between the loss and the worst station, every factor's nats are summed with their signs, so that what a factor loses
 * here and wins back there is no fault of it. Factors whose sum pushes the way of the verdict are accused in proportion to it; those that
 * pushed against it are not. Before that, what even a careful initialisation loses (or gains) at so many stations is charged to their number:
 * `depth` or `length` takes min(1, tolerance · stations / |gain|), and the others divide the rest.
 *
 * A gradient that became exactly zero was killed at one station, by the operation whose entry is −∞ there.
 */
export function findCauses(flow: GradientFlow, path: Path, judgement: Judgement): Cause[] {
  return accuse(flow, path, judgement)
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share)
    .map((accusation) => ({ ...accusation, sentence: causeSentence(flow, path, judgement, accusation) }));
}

function accuse(flow: GradientFlow, path: Path, { verdict, worst, samples }: Judgement): Accusation[] {
  const last = path.gains.length - 1;
  if (verdict === "healthy") return [];
  if (verdict === "nonfinite") {
    const at = flow.nonfinite?.[flow.axis] ?? worst.station;
    return [{ factor: "forward", share: 1, nats: Number.NaN, stations: [at, at] }];
  }
  const whole = [worst.station, last] as const;
  const unattributed: Accusation[] = [{ factor: "unattributed", share: 1, nats: worst.gain, stations: whole }];
  if (path.ledgers.length === 0 || last < 1) return unattributed;
  if (worst.gain === Number.NEGATIVE_INFINITY) return killer(flow, path) ?? unattributed;
  if (!Number.isFinite(worst.gain)) return unattributed;

  const far = samples === null ? 0 : samples.q05 + samples.q95;
  const direction = (verdict === "mixed" ? far : worst.gain) < 0 ? -1 : 1;
  const gain = Math.abs(verdict === "mixed" && samples !== null ? samples[direction < 0 ? "q05" : "q95"] : worst.gain);
  const factors = accusable(flow, path, direction);
  const pushes = new Map<CauseName, number>();
  for (const [name, series] of factors) pushes.set(name, Math.max(0, direction * sum(series, worst.station)));
  // what a layer above brings was lost in that layer, by factors of its own
  for (const brought of ["above", "injected"]) {
    if ([...pushes].some(([name, push]) => name !== brought && push > 0)) pushes.delete(brought);
  }
  const everything = [...pushes.values()].reduce((a, b) => a + b, 0);
  if (!(everything > 0)) return unattributed;
  // rounding is nobody's fault
  for (const [name, push] of pushes) if (push < NEGLIGIBLE * everything) pushes.delete(name);
  const total = [...pushes.values()].reduce((a, b) => a + b, 0);
  const stations = last - worst.station;
  const charged = Math.min(stationTolerance(flow, stations) * stations, gain);
  const many = gain === Number.POSITIVE_INFINITY ? 0 : charged / gain;
  const accusations: Accusation[] = [
    { factor: flow.axis === "step" ? "length" : "depth", share: many, nats: direction * charged, stations: whole },
  ];
  for (const [factor, push] of pushes) {
    const series = factors.get(factor) as Float64Array;
    const share = (1 - many) * (push / total);
    accusations.push({ factor, share, nats: direction * push, stations: where(series, direction, worst.station) });
  }
  return accusations;
}

function sum(series: Float64Array, from: number): number {
  let total = 0;
  for (let s = from; s < series.length; s++) total += series[s];
  return total;
}

/** Interval s holds the operations of station s + 1, which lead back from it. */
function where(series: Float64Array, direction: number, from: number): readonly [number, number] {
  const run = concentration(series.subarray(from).map((value) => direction * value));
  return run === null ? [from, series.length] : [from + run.from + 1, from + run.to + 1];
}

/** The operation that made the gradient exactly zero, at the station nearest the loss where one did. */
function killer(flow: GradientFlow, path: Path): Accusation[] | null {
  const zero = path.gains.lastIndexOf(Number.NEGATIVE_INFINITY);
  const factors: Factors = accusable(flow, path, -1);
  const at = [zero + 1, zero + 1] as const;
  for (const [factor, series] of factors) {
    if (series[zero] === Number.NEGATIVE_INFINITY) return [{ factor, share: 1, nats: series[zero], stations: at }];
  }
  return null;
}
