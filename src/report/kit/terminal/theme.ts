import { printable } from "./printable.ts";

/** Columns a report can be drawn in. */
export const [NARROWEST, WIDEST] = [60, 200];

/** How text may look: the caller decides, from its terminal and the user's wishes. */
export interface TerminalOptions {
  /** Columns; from `NARROWEST` to `WIDEST`, 80 without it. */
  readonly width?: number | undefined;
  readonly color?: boolean | undefined;
  /** Nothing beyond ASCII. */
  readonly ascii?: boolean | undefined;
}

/** Styles by the codes of ANSI escape sequences. */
export const STYLES = { bold: "1", dim: "2", good: "32", bad: "31", warn: "33", main: "36", second: "35" } as const;
/** A name of one. */
export type Style = keyof typeof STYLES;

/** What every part of a report draws with. */
export interface Theme {
  readonly width: number;
  readonly ascii: boolean;
  /**
   * `text` in the characters this terminal has, controls spelled out. Before measuring it: its length may change.
   */
  text(text: string): string;
  /** `text` in color. After measuring it. */
  paint(text: string, ...styles: readonly Style[]): string;
}

/** What to draw with, for what a terminal can do. */
export function createTheme({ width = 80, color = false, ascii = false }: TerminalOptions = {}): Theme {
  return {
    width: Math.min(WIDEST, Math.max(NARROWEST, Math.floor(width))),
    ascii,
    text: ascii ? (text) => toAscii(printable(text)) : printable,
    paint: (text, ...styles) =>
      color && styles.length > 0 && text !== ""
        ? `\u001b[${styles.map((style) => STYLES[style]).join(";")}m${text}\u001b[0m`
        : text,
  };
}

const ASCII: Readonly<Record<string, string>> = {
  "−": "-",
  "–": "-",
  "—": "-",
  "·": "-",
  "×": "x",
  "÷": "/",
  "∂": "d",
  δ: "delta",
  φ: "phi",
  σ: "sigma",
  Σ: "Sigma",
  ρ: "rho",
  α: "alpha",
  χ: "chi",
  "₁": "_1",
  ᵀ: "^T",
  ξ: "xi",
  λ: "lambda",
  "‖": "|",
  "∞": "inf",
  "²": "^2",
  "√": "sqrt ",
  "…": "...",
  "→": "->",
  "▸": ">",
  "▲": "^",
  "≤": "<=",
  "≥": ">=",
  "≈": "~",
  "½": "1/2",
  "±": "+/-",
  "°": " deg",
  "≪": "<<",
  "₀": "_0",
  "₂": "_2",
  ᵗ: "^t",
  β: "beta",
  γ: "gamma",
  Δ: "Delta ",
  ε: "epsilon",
  η: "eta",
  θ: "theta",
  μ: "mu",
  π: "pi",
  Π: "product ",
  τ: "tau",
  Φ: "Phi",
  ψ: "psi",
  "′": "'",
  "’": "'",
};

function toAscii(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: everything that is not ASCII
  return text.replace(/[^\x00-\x7f]/gu, (character) => ASCII[character] ?? unaccented(character));
}

/** A letter without its accent; a question mark for what is none. */
const unaccented = (character: string): string => /^[a-z]/i.exec(character.normalize("NFD"))?.[0] ?? "?";
