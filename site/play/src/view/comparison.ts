import type { Measured } from "../model/experiment.ts";
import { atMost, byId, say, TEXT_MS } from "./dom.ts";
import { powerText } from "./profile.ts";

/** The pinned network B, and the file from which its flow came, if it came from a file. */
export interface Pinned {
  readonly measured: Measured;
  readonly file: string | null;
}

/** The table of two networks: verdict, gain and reach of each. */
export function createComparison() {
  return { show: atMost(TEXT_MS, showComparison) };
}

function showComparison(shown: Measured | null, pinned: Pinned | null): void {
  byId("comparison").hidden = pinned === null;
  byId<HTMLButtonElement>("unpin").disabled = pinned === null;
  byId<HTMLButtonElement>("swap").disabled = pinned === null || pinned.file !== null;
  if (pinned === null || shown === null) return;
  for (const [id, { diagnosis }] of [
    ["a", shown],
    ["b", pinned.measured],
  ] as const) {
    const { totalGain, reach } = diagnosis.evidence;
    say(byId(`${id}-verdict`), diagnosis.verdict);
    say(
      byId(`${id}-gain`),
      totalGain === null ? "–" : Number.isFinite(totalGain) ? `× ${powerText(totalGain / Math.LN10)}` : "× 0",
    );
    say(byId(`${id}-reach`), String(reach.stations));
  }
  say(byId("b-name"), pinned.file ?? "B, pinned");
}
