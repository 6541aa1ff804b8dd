/**
 * Jacobians in float64: of one step or one layer, chains of them by QR, singular values, eigenvalues. Products are kept
 * by columns (`frame.ts`).
 */
import { Assign, product } from "./product";

export { matrixSpectrum } from "./matrix";
export { orthogonalize } from "./orthogonalize";
export { packFloats } from "./product";
export { singularValues } from "./singular";
export { stepGate, stepJacobian, stepScratch } from "./step";
export { tangentAdd, tangentNorm, tangentScale } from "./tangents";
export { multiplyTriangle, startProduct } from "./triangles";

/**
 * c ← a Jᵀ: every column of a frame through J [rows][k], packed as `packFloats` and `stepJacobian` leave it, `stride`
 * rows a panel.
 */
export function tangentProduct(
  c: usize, a: usize, lead: i32, columns: i32, panels: usize, stride: i32, rows: i32, k: i32,
): void {
  product<Assign>(c, lead, a, lead, panels, stride, columns, (rows + 3) & ~3, k);
}
