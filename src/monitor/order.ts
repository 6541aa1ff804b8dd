/*
 * Whether layers were recorded from the input to the loss. Only their names and the sizes of their gradients can tell.
 */

/** Names of layers that are usually near the loss, and near the input. */
const NEAR_LOSS =
  /(^|[._/])(fc_?out|head|out(put)?|readout|classifier|logits|lm_head|decoder|fc|final|predict\w*)([._/]|$)/i;
const NEAR_INPUT =
  /(^|[._/])(embed\w*|emb|wte|wpe|stem|patch\w*|input|encoder|conv1?|rnn|lstm|gru|layers?[._]0|blocks?[._]0)([._/]|\d|$)/i;

/**
 * Why the order of a record may be wrong, as a sentence without a period; null if nothing speaks against it.
 *
 * @param lnNorms ln of each layer's gradient norm
 * @param isKnown whether the caller set the order or it was measured; then only numbers in the wrong order speak
 * against it
 */
export function doubtOfOrder(layers: readonly string[], lnNorms: readonly number[], isKnown: boolean): string | null {
  const numbered = outOfTurn(layers);
  if (numbered !== null) return `${numbered[0]} is before ${numbered[1]} in the record`;
  if (isKnown || layers.length < 2) return null;
  const [first, last] = [layers[0], layers[layers.length - 1]];
  if (NEAR_LOSS.test(first) && !NEAR_INPUT.test(first) && !NEAR_LOSS.test(last)) {
    return `${first} is the first in the record, but layers of this name are usually near the loss`;
  }
  if (NEAR_INPUT.test(last) && !NEAR_LOSS.test(last) && !NEAR_INPUT.test(first)) {
    return `${last} is the last in the record, but layers of this name are usually near the input`;
  }
  if (!fallsSteadily(lnNorms)) return null;
  return `The gradient falls steadily from ${first} to ${last}. This looks like a reversed order`;
}

/** Two neighbors of a numbered family in the wrong order: `layers.3` before `layers.1`. */
function outOfTurn(layers: readonly string[]): readonly [string, string] | null {
  const last = new Map<string, { number: number; name: string }>();
  for (const name of layers) {
    const parts = /^(.*?)(\d+)(.*)$/.exec(name);
    if (parts === null) continue;
    const family = `${parts[1]}#${parts[3]}`;
    const number = Number(parts[2]);
    const before = last.get(family);
    if (before !== undefined && before.number > number) return [before.name, name];
    last.set(family, { number, name });
  }
  return null;
}

/** Whether the norms fall steadily toward the loss, by more than a factor of ten. */
function fallsSteadily(lnNorms: readonly number[]): boolean {
  const lns = lnNorms.filter(Number.isFinite);
  if (lns.length < 4) return false;
  const down = lns.filter((ln, i) => i > 0 && ln < lns[i - 1]).length;
  return down >= 0.8 * (lns.length - 1) && lns[0] - lns[lns.length - 1] > Math.LN10;
}
