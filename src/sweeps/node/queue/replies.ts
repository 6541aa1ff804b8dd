/** The result of a cell as text, or why there is none; `final` if it would fail again in the same way. */
export type Reply = { readonly result: string } | { readonly failed: string; readonly final: boolean };

/**
 * Signals that a terminal or a service manager sends to a worker and to its processes. Only the worker reacts to them;
 * its processes ignore them.
 */
export const FOR_PARENT: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
