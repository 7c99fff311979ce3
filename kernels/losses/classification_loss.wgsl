// Loss per element and gradient of the mean loss, from logits x and targets t in [0, 1]:
//
//   bce  = t * ln(1 + exp(-x)) + (1 - t) * ln(1 + exp(x))
//   bce  = positive_weight[c] * t * ln(1 + exp(-x)) + (1 - t) * ln(1 + exp(x))    POSITIVE
//   loss = weight[c] * bce                                      plain, weighted, class-balanced
//   loss = weight[c] * a * (1 - p_t)^gamma * bce                FOCAL (Lin et al. 2017)
//     p = sigmoid(x), p_t = t * p + (1 - t) * (1 - p)
//     a = alpha, or with ALPHA_T  t * alpha + (1 - t) * (1 - alpha)
//   dlogits = d loss / d x / (rows * classes)
//
//   logits, targets, loss, dlogits [rows][classes]    weight, positive_weight [classes]
//
// Dispatch: ceil(rows * classes / 64) workgroups, folded into x and y

struct Dims {
  size: u32, // rows * classes
  classes: u32,
  alpha: f32,
  gamma: f32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> logits: array<f32>; // [rows][classes]
@group(0) @binding(2) var<storage, read> targets: array<f32>; // [rows][classes]
@group(0) @binding(3) var<storage, read> weight: array<f32>; // [classes]
@group(0) @binding(4) var<storage, read_write> loss: array<f32>; // [rows][classes]
@group(0) @binding(5) var<storage, read_write> dlogits: array<f32>; // [rows][classes]
#ifdef POSITIVE
@group(0) @binding(6) var<storage, read> positive_weight: array<f32>; // [classes]
#endif

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let e = (group.y * groups.x + group.x) * 64u + local;
  if (e >= dims.size) {
    return;
  }
  let x = logits[e];
  let t = targets[e];
  let decay = exp(-abs(x));
  // ln(1 + d) loses d's last digits for small d; the series does not.
  let log_term = select(log(1.0 + decay), decay * (1.0 - 0.5 * decay), decay < 1e-3);
  let p = select(decay, 1.0, x >= 0.0) / (1.0 + decay);
#ifdef POSITIVE
  let positive = t * positive_weight[e % dims.classes];
  let not_p = select(1.0, decay, x >= 0.0) / (1.0 + decay);
  let bce = positive * (max(-x, 0.0) + log_term) + (1.0 - t) * (max(x, 0.0) + log_term);
  let slope = (1.0 - t) * p - positive * not_p;
#else
  let bce = max(x, 0.0) - x * t + log_term;
  let slope = p - t;
#endif
  var value = bce;
  var derivative = slope;
#ifdef FOCAL
  // 1 - p_t, its derivative in x, and the power, which is 0 where 1 - p_t is
  // (or is denormal: a power with gamma < 1 would overflow).
  let miss = t * select(1.0, decay, x >= 0.0) / (1.0 + decay) + (1.0 - t) * p;
  let miss_slope = (1.0 - 2.0 * t) * p * select(1.0, decay, x >= 0.0) / (1.0 + decay);
  let lower = select(0.0, pow(miss, dims.gamma - 1.0), miss > 1.2e-38);
  var alpha = dims.alpha;
#ifdef ALPHA_T
  alpha = t * dims.alpha + (1.0 - t) * (1.0 - dims.alpha);
#endif
  value = alpha * lower * miss * bce;
  derivative = alpha * lower * (miss * slope + dims.gamma * miss_slope * bce);
#endif
  let w = weight[e % dims.classes];
  loss[e] = w * value;
  dlogits[e] = w * derivative / f32(dims.size);
}
