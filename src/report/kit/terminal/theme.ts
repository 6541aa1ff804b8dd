import { printable } from "./printable.ts";

/** Least and largest width of a report, in columns. */
export const [NARROWEST, WIDEST] = [60, 200];

/** Options of text for a terminal. */
export interface TerminalOptions {
  /** Width in columns, from `NARROWEST` to `WIDEST`; default 80. */
  readonly width?: number | undefined;
  readonly color?: boolean | undefined;
  /** Use ASCII characters only. */
  readonly ascii?: boolean | undefined;
}

/** The styles and the codes of their ANSI escape sequences. */
export const STYLES = { bold: "1", dim: "2", good: "32", bad: "31", warn: "33", main: "36", second: "35" } as const;
/** The name of a style. */
export type Style = keyof typeof STYLES;

/** The functions with which every part of a report writes text. */
export interface Theme {
  readonly width: number;
  readonly ascii: boolean;
  /**
   * Converts text to the characters of this terminal and escapes control characters. Call it before measuring the text,
   * because the length may change.
   */
  text(text: string): string;
  /** Colors text. Call it after measuring the text. */
  paint(text: string, ...styles: readonly Style[]): string;
}

/** The theme for a terminal with these abilities. */
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

/** A letter without its accent; a question mark for other characters. */
const unaccented = (character: string): string => /^[a-z]/i.exec(character.normalize("NFD"))?.[0] ?? "?";
