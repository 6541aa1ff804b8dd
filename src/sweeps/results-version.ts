/**
 * Raise this version when a number of a result changes for the same plan. Results of another version are computed
 * again, and a worker of another version is refused.
 */
export const RESULTS_VERSION = 2;
