import type { Part } from "../parts.ts";
import type { ModelOptions } from "../types.ts";
import { withActivations } from "./activations.ts";
import { chained } from "./chain.ts";
import { modulesOf, partOf, requireTensors } from "./modules.ts";
import { byName, renamed } from "./names.ts";
import type { StateDict } from "./types.ts";

/**
 * The parts of a network in the order of its forward pass, from the tensors of a state_dict.
 *
 * @param byNames whether to sort the tensors by name, because the file has lost the order of registration
 * @throws EvanesceError for weights that are not finite, an option that names nothing, or an order that cannot be
 * determined
 */
export function partsOfState(
  stored: StateDict,
  file: string,
  options: ModelOptions,
  byNames = false,
): { parts: Part[]; notes: string[] } {
  requireTensors(stored, file);
  const state = renamed(stored, options, file);
  const modules = modulesOf(state);
  if (byNames) modules.sort((a, b) => byName(a.path, b.path));
  // attention contains a layer, whose name begins with that of the attention
  const swallowed = modules.filter(({ tensors }) => tensors.has("in_proj_weight")).map(({ path }) => `${path}.`);
  const own = modules.filter(({ path }) => !swallowed.some((prefix) => path.startsWith(prefix)));
  const parts = own.flatMap((module) => partOf(module, file, options) ?? []);
  const exact = isSequential(state);
  const chain = chained(parts, file, exact, options.order);
  const activated = withActivations(chain.parts, state, options, exact);
  return { parts: activated.parts, notes: [...state.notes, ...chain.notes, ...activated.notes] };
}

/** Whether every module that holds others is a torch.nn.Sequential: then registration is the forward pass. */
function isSequential({ modules }: StateDict): boolean {
  if (modules.size === 0) return false;
  const paths = [...modules.keys()];
  return paths.every((path) => {
    const holds = paths.some((other) => other !== path && other.startsWith(path === "" ? "" : `${path}.`));
    return !holds || modules.get(path)!.type === "torch.nn.modules.container.Sequential";
  });
}
