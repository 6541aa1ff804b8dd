import type { RecordHome } from "../image.ts";
import { SOURCE } from "../generated/kinds.ts";
import { STREAM } from "../generated/records.ts";
import { addressRecord, writeRecord } from "../records.ts";
import type { Geometry, StreamName } from "./geometry.ts";
import type { Sweep } from "./sweeps.ts";

/** The gradient from which each stream's sweep begins. */
const SOURCES: Readonly<Record<StreamName, number>> = {
  loss: SOURCE.losses,
  lastStep: SOURCE.last_loss,
  probe: SOURCE.cotangent,
};

/** Record s: a sweep over the whole sequence. */
export function bindStream(arena: RecordHome, g: Geometry, name: StreamName, s: number): void {
  const at = (part: string) => arena.address(`${name}.${part}`);
  writeRecord(arena.i32("streams"), s, STREAM, {
    ...addressRecord(STREAM, at),
    source: SOURCES[name],
    weightGradients: name === "loss" ? 1 : 0,
    ledger: g.options.ledger ? 1 : 0,
    cotangent: name === "probe" ? arena.address("cotangent") : 0,
    carryBytes: g.mostDilation * g.mostCarryRows * 32,
    carryLanes: g.mostDilation * 8,
  });
}

/** Record s: the j-th sweep of windows of its name. */
export function bindSweep(
  arena: RecordHome,
  { F, layers, mostDilation, mostCarryRows, T, mostRows, spec }: Geometry,
  name: "truncated" | "credit",
  sweep: Sweep,
  j: number,
  s: number,
): void {
  const at = (part: string) => arena.address(`${name}.${part}`);
  const part = (part: string, bytes: number) => (at(part) === 0 ? 0 : at(part) + j * bytes);
  const carries = F * layers.length * mostDilation;
  const skips = F * layers.length * (spec.timeSkip?.steps ?? 0);
  writeRecord(arena.i32("streams"), s, STREAM, {
    ...addressRecord(STREAM, at),
    source: SOURCES.loss,
    weightGradients: name === "truncated" ? 2 : 0,
    carry: part("carry", carries * mostCarryRows * 32),
    carryExponents: part("carryExponents", carries * 32),
    carryBytes: mostDilation * mostCarryRows * 32,
    carryLanes: mostDilation * 8,
    skip: part("skip", skips * mostRows * 32),
    skipExponents: part("skipExponents", skips * 32),
    reach: sweep.reach,
    lossSteps: sweep.lossSteps,
    lossEnd: sweep.lossEnd,
    end: sweep.end,
    period: sweep.period,
    profile: part("profile", T * 8),
    profileExponents: part("profileExponents", T * 4),
  });
}
