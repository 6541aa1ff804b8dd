import { count } from "./numbers.ts";

/** Functions that build small parts of sentences. */

/** `step 4`, `layers 7 to 9`. */
export const span = ([from, to]: readonly [number, number], noun: string): string =>
  from === to ? `${noun} ${count(from)}` : `${noun}s ${count(from)} to ${count(to)}`;

/** `a`, `a and b`, `a, b and c`. */
export const list = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts[parts.length - 1]}`;

/** A sentence that begins with a capital. */
export const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
