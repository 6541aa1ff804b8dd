/*
 * Adds activations, which a state_dict does not hold. A pickled module holds those that are modules. No file holds
 * those that a forward method applies.
 */
import { EvanesceError } from "../../base/errors.ts";
import { ACTIVATIONS } from "../../catalogue/index.ts";
import { canonicalName } from "../../spec/names.ts";
import { type ActivationPart, type DensePart, type Part, splits } from "../parts.ts";
import type { ModelOptions } from "../types.ts";
import type { StateDict } from "./types.ts";

const COMMONEST = "relu";

/**
 * The parts with an activation between any two dense layers: the file's if it has one, else the caller's, else the
 * one kind that the module registers, else ReLU, with a note.
 */
export function withActivations(
  parts: readonly Part[],
  state: StateDict,
  options: ModelOptions,
  exact: boolean,
): { parts: Part[]; notes: string[] } {
  const asked = options.activation === undefined ? undefined : activationName(options.activation);
  // a Sequential applies its members and nothing else
  if (exact)
    return {
      parts: [...parts],
      notes: asked === undefined ? [] : ["The file says its activations: --activation is not used."],
    };
  const own = [...new Set(parts.flatMap((part) => (part.kind === "activation" ? [part.activation] : [])))];
  const registered = own.length === 1 ? own[0] : own.length === 0 ? functional(state) : undefined;
  const chosen = asked ?? registered ?? COMMONEST;
  const result: Part[] = [];
  const behind: string[] = [];
  const stems: string[] = [];
  const slopes = parts.filter((part): part is ActivationPart => part.kind === "activation" && part.slope !== undefined);
  parts.forEach((part, i) => {
    if (part.kind === "activation" && part.slope === undefined && !between(parts, i)) return; // registered once, not at the place where it is used
    const next = part.kind === "dense" ? nextDense(parts, i) : undefined;
    result.push(part);
    if (next === undefined) {
      if (part.kind !== "dense" || !feedsCore(parts, i)) return;
      stems.push(part.name);
      const before = asked ?? registered;
      if (before !== undefined) result.push({ kind: "activation", name: "", shapes: {}, activation: before });
      return;
    }
    if (parts.slice(i + 1, next).some((each) => each.kind === "activation")) return;
    behind.push(part.name);
    const norm = parts[i + 1]?.kind === "norm" ? parts[i + 1] : undefined;
    if (norm !== undefined && !normAfterActivation(part as DensePart, norm.name)) return; // it follows the norm, below
    result.push({ kind: "activation", name: "", shapes: {}, activation: chosen });
  });
  const placed = behindNorms(result, behind, chosen);
  const notes: string[] =
    behind.length === 0 || asked !== undefined || slopes.length > 0
      ? []
      : [
          registered === undefined
            ? `The file does not say which activation follows ${listed(behind)}: ${chosen} is assumed (--activation NAME).`
            : `${chosen} is taken to follow ${listed(behind)}: it is the one activation the module names (--activation NAME).`,
        ];
  if (stems.length > 0 && asked === undefined) {
    notes.push(
      registered === undefined
        ? `The file does not say which activation follows ${listed(stems)}, ahead of the recurrent layers: none is assumed (--activation NAME).`
        : `${registered} is taken to follow ${listed(stems)} too, ahead of the recurrent layers (--activation NAME).`,
    );
  }
  return { parts: placed, notes };
}

/** @throws EvanesceError for a name that is no activation */
function activationName(spelled: string): string {
  const name = canonicalName(ACTIVATIONS, spelled);
  if ((ACTIVATIONS as readonly unknown[]).includes(name)) return name as string;
  throw new EvanesceError("activation", `one of ${ACTIVATIONS.join(", ")}`, spelled, "choose one of them");
}

/** The one activation of torch.nn.functional that a module keeps as an attribute. */
function functional({ modules }: StateDict): string | undefined {
  const names = [...modules.values()].flatMap(({ attributes }) =>
    [...attributes.values()].flatMap((value) => {
      const name =
        typeof value === "string"
          ? /^(?:torch\.|torch\.nn\.functional\.|torch\._C\._nn\.)(\w+)$/.exec(value)?.[1]
          : undefined;
      return name !== undefined && (ACTIVATIONS as readonly string[]).includes(name) ? [name] : [];
    }),
  );
  return new Set(names).size === 1 ? names[0] : undefined;
}

const isWeighted = (part: Part) => part.kind === "dense" || part.kind === "recurrent" || part.kind === "embedding";

/** Whether an activation stands between two layers. */
const between = (parts: readonly Part[], i: number): boolean =>
  parts.slice(0, i).some(isWeighted) && parts.slice(i + 1).some(isWeighted);

/** The position of the dense layer that follows this one, if there is one. */
function nextDense(parts: readonly Part[], i: number): number | undefined {
  for (let k = i + 1; k < parts.length; k++) {
    if (splits(parts[k]) || parts[k].kind === "recurrent" || parts[k].kind === "embedding") return undefined;
    if (parts[k].kind === "dense") return k;
  }
  return undefined;
}

/** Whether a dense layer's output goes into a recurrent layer, with no activation on its way. */
function feedsCore(parts: readonly Part[], i: number): boolean {
  const next = parts.slice(i + 1).find((part) => part.kind !== "norm" && part.kind !== "dropout");
  return next?.kind === "recurrent";
}

/** In the numbers of a Sequential, a gap between layer and norm means an activation: 0 Linear, 2 BatchNorm. */
function normAfterActivation({ name }: DensePart, norm: string): boolean {
  const [layer, other] = [name, norm].map((text) => /^(.*?)(\d+)$/.exec(text));
  return layer !== null && other !== null && layer[1] === other[1] && Number(other[2]) - Number(layer[2]) > 1;
}

function behindNorms(parts: readonly Part[], behind: readonly string[], activation: string): Part[] {
  const result: Part[] = [];
  for (let i = 0; i < parts.length; i++) {
    result.push(parts[i]);
    const before = parts[i - 1];
    if (parts[i].kind === "norm" && before?.kind === "dense" && behind.includes(before.name)) {
      result.push({ kind: "activation", name: "", shapes: {}, activation });
    }
  }
  return result;
}

const listed = (names: readonly string[]): string =>
  names.length > 4 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more layers` : names.join(", ");
