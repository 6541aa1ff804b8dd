import { DATA } from "./data.ts";
import { FAULTS } from "./faults.ts";
import { NETWORK } from "./network.ts";
import { PATHS } from "./paths.ts";
import { WEIGHTS } from "./weights.ts";
import type { Control } from "./control.ts";

/** Every control, group by group. */
export const CONTROLS: readonly Control[] = [...NETWORK, ...WEIGHTS, ...PATHS, ...DATA, ...FAULTS];
