/**
 * The text of `cell-worker.ts` with its imports, for workers that are started from a Blob. So no bundler, server or CDN
 * needs a path to a file. The bundle puts the text here; the sources are never run in a browser.
 */
export const loadProgram = async (): Promise<string> => "";
