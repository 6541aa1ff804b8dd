/**
 * Raised when any number of a result changes for the same plan: results of another version are computed anew, and a
 * worker of another version is refused.
 */
export const RESULTS_VERSION = 1;
