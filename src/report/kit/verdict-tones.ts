import type { Verdict } from "../../diagnosis/index.ts";

/** How serious a word is: what colors it, on a page as in a terminal. */
export type Tone = "good" | "warn" | "bad" | "plain";

export const TONES: Readonly<Record<Verdict, Tone>> = {
  healthy: "good",
  mixed: "warn",
  vanishing: "bad",
  exploding: "bad",
  dead: "bad",
  nonfinite: "bad",
};
