import { describe, expect, it } from "vitest";
import { Engine } from "../../../src/wasm/engine.ts";
import { matrixSpectrum } from "../../../src/wasm/jacobian/matrix.ts";
import { weightSpectra } from "../../../src/network/jacobians/weights.ts";
import { SIZES } from "../../setup/numbers.ts";
import {
  gaussian,
  identity,
  type Matrix,
  orthogonal,
  singularValues,
  symmetricEigenvalues,
  times,
  transpose,
} from "./reference.ts";

const engine = new Engine();
const flat = (A: Matrix) => Float32Array.from(A.flatMap((row) => [...row]));
const spectrum = (A: Matrix) => matrixSpectrum(engine, flat(A), A.length, 2 ** 30);
const rounded = (A: Matrix): Matrix => A.map((row) => row.map(Math.fround));
const summary = (A: Matrix) => weightSpectra(engine, "tanh", flat(A), A.length, true, 2 ** 30)[0];

describe("W_hh", () => {
  it.each([...SIZES, 40])("norm and numerical abscissa against an independent solver, n = %i", (n) => {
    const A = rounded(gaussian(n, n, n));
    const { norm, abscissa, square } = spectrum(A);
    const symmetric = A.map((row, i) => row.map((x, j) => (x + A[j][i]) / 2));
    expect(norm).toBeCloseTo(singularValues(A)[0], 10);
    expect(abscissa).toBeCloseTo(symmetricEigenvalues(symmetric)[0], 10);
    expect(square).toBeCloseTo(
      A.reduce((sum, row) => sum + row.reduce((s, x) => s + x * x, 0), 0),
      8,
    );
  });

  it.each([...SIZES, 40, 97])("eigenvalues have the traces of W, W² and W³, n = %i", (n) => {
    const A = rounded(gaussian(n, n, 100 + n, 1 / Math.sqrt(n)));
    const { eigenvalues } = spectrum(A);
    const { re, im } = eigenvalues!;
    const squared = times(A, A);
    const trace = (M: Matrix) => M.reduce((sum, row, i) => sum + row[i], 0);
    let [one, two, three, imaginary] = [0, 0, 0, 0];
    re.forEach((x, i) => {
      const y = im[i];
      one += x;
      two += x * x - y * y;
      three += x ** 3 - 3 * x * y * y;
      imaginary += y;
    });
    expect(one).toBeCloseTo(trace(A), 11);
    expect(two).toBeCloseTo(trace(squared), 11);
    expect(three).toBeCloseTo(trace(times(squared, A)), 11);
    expect(Math.abs(imaginary)).toBeLessThan(1e-12);
  });

  it("a cyclic shift has the roots of unity, a case unshifted QR never ends on", () => {
    const n = 12;
    const shift = identity(n).map((_, i, rows) => rows[(i + 1) % n]);
    const { eigenvalues } = spectrum(shift);
    const angles = Array.from(eigenvalues!.re, (x, i) => Math.atan2(eigenvalues!.im[i], x)).sort((a, b) => a - b);
    for (let i = 1; i < n; i++) expect(angles[i] - angles[i - 1]).toBeCloseTo((2 * Math.PI) / n, 12);
  });

  it("known spectra: diagonal, rotation, a companion matrix, zero", () => {
    const sorted = (values: Float64Array) => [...values].sort((a, b) => a - b);
    const real = (A: number[][]) => sorted(spectrum(A.map((row) => Float64Array.from(row))).eigenvalues!.re);
    expect(
      real([
        [3, 1],
        [0, -2],
      ]),
    ).toEqual([-2, 3]);
    const rotation = spectrum([Float64Array.of(0, -1), Float64Array.of(1, 0)]).eigenvalues!;
    expect(sorted(rotation.im)).toEqual([-1, 1]);
    const companion = real([
      [10, -35, 50, -24],
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
    ]); // (x−1)(x−2)(x−3)(x−4)
    for (const [i, x] of companion.entries()) expect(x).toBeCloseTo(i + 1, 11);
    expect(
      real([
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
      ]),
    ).toEqual([0, 0, 0]);
  });

  it("Henrici's departure: zero for a normal matrix, all of the norm for a nilpotent one", () => {
    const skew = gaussian(11, 11, 1);
    const normal = skew.map((row, i) => row.map((x, j) => x - skew[j][i]));
    expect(summary(normal).departure).toBeLessThan(1e-6);
    expect(summary(orthogonal(9, 2)).relativeDeparture).toBeLessThan(1e-6);
    const nilpotent = identity(6).map((_, i) => Float64Array.from({ length: 6 }, (_, j) => (j === i + 1 ? 2 : 0)));
    const { departure, relativeDeparture, spectralRadius, norm, numericalAbscissa } = summary(nilpotent);
    expect(departure).toBeCloseTo(Math.sqrt(20), 6);
    expect(relativeDeparture).toBeCloseTo(1, 12);
    expect(spectralRadius).toBe(0);
    expect(norm).toBeCloseTo(2, 12);
    expect(numericalAbscissa).toBeCloseTo(2 * Math.cos(Math.PI / 7), 12); // Trefethen and Embree 2005: the shift's field of values
  });

  it("orders ρ ≤ norm and lists eigenvalues by modulus", () => {
    const { spectralRadius, norm, eigenvalues } = summary(times(gaussian(30, 30, 4), transpose(gaussian(30, 30, 5))));
    expect(spectralRadius).toBeLessThan(norm!);
    const moduli = eigenvalues!.map(([re, im]) => Math.hypot(re, im));
    expect(moduli[0]).toBe(spectralRadius);
    expect([...moduli].sort((a, b) => b - a)).toEqual(moduli);
  });

  it("gives null for a matrix with a NaN", () => {
    const broken = gaussian(5, 5, 1);
    broken[2][3] = Number.NaN;
    expect(summary(broken)).toMatchObject({
      spectralRadius: null,
      norm: null,
      numericalAbscissa: null,
      departure: null,
    });
  });
});
