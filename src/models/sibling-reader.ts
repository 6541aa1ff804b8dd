/** Reads a file that a model names as its companion; undefined if it was not given. */
export type SiblingReader = (name: string) => Promise<Uint8Array | undefined>;
