/**
 * The layer a parameter belongs to, from its name: `layers.3` of `layers.3.weight`, `dense_Dense1` of
 * `dense_Dense1/kernel`, `rnn.l0` of `rnn.weight_hh_l0`; the name itself where it has no parts.
 */
export function layerName(parameter: string): string {
  const recurrent = /^(.*?)(?:weight|bias)_(?:ih|hh)_(l\d+(?:_reverse)?)$/.exec(parameter);
  if (recurrent !== null) return recurrent[1] + recurrent[2];
  // without a separator a name may still end in the kind of tensor: fc1_weight, dense1Bias, W1 and b1
  const ending = /^(.+?)[_-]?(?:weight|bias|kernel|gamma|beta)$/i.exec(parameter);
  if (!/[./]/.test(parameter) && ending !== null) return ending[1];
  const lettered = /^[Wb]_?(\d+)$/.exec(parameter);
  if (lettered !== null) return lettered[1];
  const end = Math.max(parameter.lastIndexOf("."), parameter.lastIndexOf("/"));
  return end > 0 ? parameter.slice(0, end) : parameter;
}
