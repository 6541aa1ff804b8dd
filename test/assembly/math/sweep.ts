/** An entry that exports one function (x: v128) → v128 as a sweep (x: usize, y: usize, n: i32) over memory. */
export function sweepOf(name: string, from: string, call = `${name}(x)`): string {
  return `import { ${name} } from "${from}";
    export function ${name}Sweep(source: usize, result: usize, n: i32): void {
      for (let i: usize = 0; i < <usize>n << 2; i += 16) {
        const x = v128.load(source + i);
        v128.store(result + i, ${call});
      }
    }`;
}

/**
 * y = f(x) for a sweep f(source, result, n), in blocks that fit the memory; there are `results` outputs, one after
 * the other.
 */
export function applySweep(
  memory: WebAssembly.Memory,
  inputs: Float32Array,
  sweep: (pointers: number[], n: number) => void,
  results = 1,
): Float32Array[] {
  const block = 65536;
  const pointers = Array.from({ length: results + 1 }, (_, k) => 65536 + k * 4 * block);
  const outputs = Array.from({ length: results }, () => new Float32Array(inputs.length));
  for (let from = 0; from < inputs.length; from += block) {
    const part = inputs.subarray(from, from + block);
    new Float32Array(memory.buffer, pointers[0], part.length).set(part);
    sweep(pointers, part.length);
    outputs.forEach((output, k) => {
      output.set(new Float32Array(memory.buffer, pointers[k + 1], part.length), from);
    });
  }
  return outputs;
}
