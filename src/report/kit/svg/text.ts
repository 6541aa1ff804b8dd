import { joined, type Markup, markup, NOTHING } from "../markup.ts";

/** Text in a drawing, and an estimate of its width. */

/**
 * Estimates the width of a line of text for the wider of the usual fonts. It tells narrow letters, capitals and
 * exponents apart and ignores kerning.
 */
export function textWidth(text: string, size: number): number {
  let width = 0;
  for (const character of text.replace(ALL_SUBSCRIPTS, "$1")) {
    if (/[iljtfI.,:;|'!()[\]·‖ ]/.test(character)) width += 0.34;
    else if (character === "⁻") width += 0.66;
    else if (/[⁰¹²³⁴⁵⁶⁷⁸⁹]/.test(character)) width += 0.5;
    else if (/[mwMW@%—]/.test(character)) width += 0.88;
    else if (/[A-Z]/.test(character)) width += 0.7;
    else width += 0.59;
  }
  return width * size;
}

/** A coordinate as text, rounded to a tenth of a pixel. */
export const at = (value: number): string => String(Math.round(value * 10) / 10);

/**
 * A subscript after a single letter or a bracket: `h_t`, `W_hh`, `(h, c)_9`; not the one in `layer_norm`.
 */
export const SUBSCRIPT = /(?<=(?<![A-Za-z0-9_.])\p{L}|\))_([A-Za-z0-9]+)/u;

const ALL_SUBSCRIPTS = new RegExp(SUBSCRIPT.source, "gu");
const SCRIPT = new RegExp(`${SUBSCRIPT.source}|([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)`, "u");
const PLAIN = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Text with subscripts lower and exponents higher, both smaller. Few fonts have characters for them. */
export function typeset(text: string): Markup {
  let shift = 0; // of the baseline, in em, downward
  return joined(
    text.split(SCRIPT).map((part, i) => {
      if (part === undefined || part === "") return NOTHING;
      const kind = i % 3; // text, subscript, exponent
      const [before, after] = [shift, [0, 0.2, -0.35][kind]];
      shift = after;
      const size = kind === 0 ? 1 : 0.78;
      const move = after !== before && markup` dy="${Math.round((100 * (after - before)) / size) / 100}em"`;
      const content = kind === 2 ? part.replace(/./gu, plain) : part;
      if (kind === 0 && move === false) return content;
      return markup`<tspan${move}${kind > 0 && markup` font-size="${100 * size}%"`}>${content}</tspan>`;
    }),
  );
}

const plain = (character: string) => (character === "⁻" ? "−" : String(PLAIN.indexOf(character)));
