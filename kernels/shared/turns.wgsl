// Cosine and sine of an angle in turns (1 turn = 2 pi): exact reduction and polynomials, absolute
// error below 2e-7, on every adapter. WGSL's own sin and cos may be off by 5e-4.
fn cos_sin(turns: f32) -> vec2f {
  let part = turns - round(turns); // -1/2 .. 1/2
  let quarter = round(4.0 * part); // -2 .. 2
  let a = (part - 0.25 * quarter) * 6.283185307; // -pi/4 .. pi/4
  let b = a * a;
  // Taylor series; the next terms are below 4e-8 at pi/4.
  let sine = a * fma(b, fma(b, fma(b, fma(b, 2.755731922e-6, -1.984126984e-4), 8.333333333e-3),
    -0.1666666667), 1.0);
  let cosine = fma(b, fma(b, fma(b, fma(b, 2.480158730e-5, -1.388888889e-3), 4.166666667e-2), -0.5),
    1.0);
  let odd = (i32(quarter) & 1) != 0;
  let c = select(cosine, sine, odd);
  let s = select(sine, cosine, odd);
  // quarter 1: (-s, c); 2 and -2: (-c, -s); -1: (s, -c)
  return vec2f(
    select(c, -c, quarter == 1.0 || abs(quarter) == 2.0),
    select(s, -s, quarter == -1.0 || abs(quarter) == 2.0),
  );
}
