export interface Quote {
  readonly command: string;
  readonly answer: string;
  readonly whole: boolean;
}
export function squeezed(text: string): string;
export function partsOf(answer: string): string[];
export function quotes(page: string): Quote[];
export interface Picture {
  readonly command: string;
  readonly file: string;
  readonly chosen: readonly string[];
}
export function pictures(page: string): Picture[];
