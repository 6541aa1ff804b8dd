import type { Verdict } from "../../diagnosis/index.ts";

/** How serious a word is. It decides the word's color on a page and in a terminal. */
export type Tone = "good" | "warn" | "bad" | "plain";

/** A tone with a color of its own. Every verdict has one. */
export type ColoredTone = Exclude<Tone, "plain">;

export const VERDICT_TONES: Readonly<Record<Verdict, ColoredTone>> = {
  healthy: "good",
  mixed: "warn",
  blocked: "bad",
  vanishing: "bad",
  exploding: "bad",
  dead: "bad",
  nonfinite: "bad",
};
