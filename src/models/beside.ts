/** Reads a file that a model names beside itself; undefined where it is not given. */
export type Beside = (name: string) => Promise<Uint8Array | undefined>;
