export interface Quote {
  readonly command: string;
  readonly answer: string;
  readonly whole: boolean;
}
export function squeezed(text: string): string;
export function quotes(page: string): Quote[];
