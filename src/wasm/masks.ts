import { floatBits, toPanels } from "./panels.ts";
import type { Arena } from "./engine.ts";
import type { PlanBuilder } from "./plan.ts";

/** A random mask: a number of the mask is `struck` with probability `rate`, and `other` otherwise. */
export interface MaskRule {
  readonly rate: number;
  readonly struck: number;
  readonly other: number;
}

/** The two words from which a pass draws its masks; null for no masks: every mask then has its expected value. */
export type MaskSeed = readonly [low: number, high: number] | null;

/** Inverted dropout with rate p; all ones if dropout is off. */
export const dropoutRule = (p: number | undefined, seed: MaskSeed): MaskRule =>
  p === undefined || seed === null
    ? { rate: 0, struck: 0, other: 1 }
    : { rate: p, struck: 0, other: p === 1 ? 0 : 1 / (1 - p) };

/** The share of the old state that stays, with rate p; p itself if zoneout is off. */
export const zoneoutRule = (p: number | undefined, seed: MaskSeed): MaskRule =>
  p === undefined
    ? { rate: 0, struck: 0, other: 0 }
    : { rate: seed === null ? 0 : p, struck: 1, other: seed === null ? p : 0 };

/** Memory for `count` kinds of masks of a pass of P panels. */
export function addMasks(plan: PlanBuilder, P: number, count: number): void {
  plan.add("samples", "batch", [P, 8], "i32");
  plan.add("maskSeeds", "batch", [P, 2], "i32");
  plan.add("masks", "batch", [P, count, 3], "i32");
}

/**
 * Writes the numbers from which a pass draws its masks.
 *
 * @param samples [B] the number of each sample, in the order of the pass
 */
export function feedMasks(arena: Arena, samples: Int32Array, seed: MaskSeed, rules: readonly MaskRule[]): void {
  toPanels(arena.i32("samples"), samples, 1, samples.length, 1);
  const seeds = arena.i32("maskSeeds");
  for (let i = 0; i < seeds.length; i++) seeds[i] = seed === null ? 0 : seed[i & 1];
  const words = rules.flatMap(({ rate, struck, other }) => [
    Math.min(Math.round(rate * 2 ** 32), 2 ** 32 - 1) | 0,
    floatBits(struck),
    floatBits(other),
  ]);
  const masks = arena.i32("masks");
  for (let i = 0; i < masks.length; i++) masks[i] = words[i % words.length];
}
