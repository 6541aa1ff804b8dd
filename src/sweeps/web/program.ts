/**
 * The text of `cell-worker.ts` and all it imports, for workers that are started from a Blob: no bundler, server or CDN
 * has a path to get wrong. The bundle puts it here; the sources are never run in a browser.
 */
export const loadProgram = async (): Promise<string> => "";
