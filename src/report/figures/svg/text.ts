/** Text as XML, and how wide it is where nothing can measure it. */

export const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/**
 * Width of a line of text, in units of the font's size: what Helvetica, Arial and their like take, rounded up. Narrow letters, digits and
 * superscripts are told apart; nothing is kerned.
 */
export function textWidth(text: string, size: number): number {
  let width = 0;
  for (const character of text) {
    if (/[iljtfI.,:;|'!()[\]·‖ ]/.test(character)) width += 0.31;
    else if (/[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]/.test(character)) width += 0.4;
    else if (/[mwMW@%—]/.test(character)) width += 0.88;
    else if (/[A-Z]/.test(character)) width += 0.7;
    else width += 0.57;
  }
  return width * size;
}

/** A coordinate: a tenth of a pixel is fine enough for any screen. */
export const at = (value: number): string => String(Math.round(value * 10) / 10);
