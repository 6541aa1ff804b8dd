/*
 * The limit of the wide build: as the growing loops of limit.ts, in pairs of neighboring vectors that V8's revectorizer joins. It starts from
 * stores, so the pairs are stored at the end. A multiplication and an addition of eight lanes count 16 flop.
 */

/** Five pairs of products and as many of sums. `at`: [21][4] floats, the factor first. */
export function wide5(iterations: i32, at: usize): void {
  const x = v128.load(at);
  let p0 = v128.load(at, 16), q0 = v128.load(at, 32), s0 = v128.load(at, 48), t0 = v128.load(at, 64);
  let p1 = v128.load(at, 80), q1 = v128.load(at, 96), s1 = v128.load(at, 112), t1 = v128.load(at, 128);
  let p2 = v128.load(at, 144), q2 = v128.load(at, 160), s2 = v128.load(at, 176), t2 = v128.load(at, 192);
  let p3 = v128.load(at, 208), q3 = v128.load(at, 224), s3 = v128.load(at, 240), t3 = v128.load(at, 256);
  let p4 = v128.load(at, 272), q4 = v128.load(at, 288), s4 = v128.load(at, 304), t4 = v128.load(at, 320);
  for (let n = 0; n < iterations; n++) {
    s0 = f32x4.add(s0, p0); t0 = f32x4.add(t0, q0); p0 = f32x4.mul(p0, x); q0 = f32x4.mul(q0, x);
    s1 = f32x4.add(s1, p1); t1 = f32x4.add(t1, q1); p1 = f32x4.mul(p1, x); q1 = f32x4.mul(q1, x);
    s2 = f32x4.add(s2, p2); t2 = f32x4.add(t2, q2); p2 = f32x4.mul(p2, x); q2 = f32x4.mul(q2, x);
    s3 = f32x4.add(s3, p3); t3 = f32x4.add(t3, q3); p3 = f32x4.mul(p3, x); q3 = f32x4.mul(q3, x);
    s4 = f32x4.add(s4, p4); t4 = f32x4.add(t4, q4); p4 = f32x4.mul(p4, x); q4 = f32x4.mul(q4, x);
  }
  v128.store(at, p0, 16); v128.store(at, q0, 32); v128.store(at, s0, 48); v128.store(at, t0, 64);
  v128.store(at, p1, 80); v128.store(at, q1, 96); v128.store(at, s1, 112); v128.store(at, t1, 128);
  v128.store(at, p2, 144); v128.store(at, q2, 160); v128.store(at, s2, 176); v128.store(at, t2, 192);
  v128.store(at, p3, 208); v128.store(at, q3, 224); v128.store(at, s3, 240); v128.store(at, t3, 256);
  v128.store(at, p4, 272); v128.store(at, q4, 288); v128.store(at, s4, 304); v128.store(at, t4, 320);
}

/** Six pairs of products and as many of sums. `at`: [25][4] floats, the factor first. */
export function wide6(iterations: i32, at: usize): void {
  const x = v128.load(at);
  let p0 = v128.load(at, 16), q0 = v128.load(at, 32), s0 = v128.load(at, 48), t0 = v128.load(at, 64);
  let p1 = v128.load(at, 80), q1 = v128.load(at, 96), s1 = v128.load(at, 112), t1 = v128.load(at, 128);
  let p2 = v128.load(at, 144), q2 = v128.load(at, 160), s2 = v128.load(at, 176), t2 = v128.load(at, 192);
  let p3 = v128.load(at, 208), q3 = v128.load(at, 224), s3 = v128.load(at, 240), t3 = v128.load(at, 256);
  let p4 = v128.load(at, 272), q4 = v128.load(at, 288), s4 = v128.load(at, 304), t4 = v128.load(at, 320);
  let p5 = v128.load(at, 336), q5 = v128.load(at, 352), s5 = v128.load(at, 368), t5 = v128.load(at, 384);
  for (let n = 0; n < iterations; n++) {
    s0 = f32x4.add(s0, p0); t0 = f32x4.add(t0, q0); p0 = f32x4.mul(p0, x); q0 = f32x4.mul(q0, x);
    s1 = f32x4.add(s1, p1); t1 = f32x4.add(t1, q1); p1 = f32x4.mul(p1, x); q1 = f32x4.mul(q1, x);
    s2 = f32x4.add(s2, p2); t2 = f32x4.add(t2, q2); p2 = f32x4.mul(p2, x); q2 = f32x4.mul(q2, x);
    s3 = f32x4.add(s3, p3); t3 = f32x4.add(t3, q3); p3 = f32x4.mul(p3, x); q3 = f32x4.mul(q3, x);
    s4 = f32x4.add(s4, p4); t4 = f32x4.add(t4, q4); p4 = f32x4.mul(p4, x); q4 = f32x4.mul(q4, x);
    s5 = f32x4.add(s5, p5); t5 = f32x4.add(t5, q5); p5 = f32x4.mul(p5, x); q5 = f32x4.mul(q5, x);
  }
  v128.store(at, p0, 16); v128.store(at, q0, 32); v128.store(at, s0, 48); v128.store(at, t0, 64);
  v128.store(at, p1, 80); v128.store(at, q1, 96); v128.store(at, s1, 112); v128.store(at, t1, 128);
  v128.store(at, p2, 144); v128.store(at, q2, 160); v128.store(at, s2, 176); v128.store(at, t2, 192);
  v128.store(at, p3, 208); v128.store(at, q3, 224); v128.store(at, s3, 240); v128.store(at, t3, 256);
  v128.store(at, p4, 272); v128.store(at, q4, 288); v128.store(at, s4, 304); v128.store(at, t4, 320);
  v128.store(at, p5, 336); v128.store(at, q5, 352); v128.store(at, s5, 368); v128.store(at, t5, 384);
}
