/** The last numbers of a series; at most `size`. */
export interface Window {
  readonly size: number;
  readonly values: number[];
}

export const createWindow = (size: number): Window => ({ size, values: [] });

export function push({ size, values }: Window, value: number): void {
  if (values.length === size) values.shift();
  values.push(value);
}
