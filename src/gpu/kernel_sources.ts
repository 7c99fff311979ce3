/**
 * The text of every file in `kernels/`, by its base name; of those that kernels import by their path,
 * such as `shared/philox`. Static, so that a compiled binary carries them; a test asserts that no file is
 * forgotten. To be imported as a whole: `import * as kernelSources`.
 *
 * @module
 */

export { default as augment_baseline } from "../../kernels/input/augment_baseline.wgsl" with { type: "text" };
export { default as augment_content } from "../../kernels/input/augment_content.wgsl" with { type: "text" };
export { default as augment_finish } from "../../kernels/input/augment_finish.wgsl" with { type: "text" };
export { default as augment_plan } from "../../kernels/input/augment_plan.wgsl" with { type: "text" };
export { default as augment_spectrum } from "../../kernels/input/augment_spectrum.wgsl" with { type: "text" };
export { default as concatenate } from "../../kernels/input/concatenate.wgsl" with { type: "text" };
export { default as contrastive_views } from "../../kernels/input/contrastive_views.wgsl" with { type: "text" };
export { default as corrupt } from "../../kernels/input/corrupt.wgsl" with { type: "text" };
export { default as gather } from "../../kernels/input/gather.wgsl" with { type: "text" };
export { default as gather_deviation } from "../../kernels/input/gather_deviation.wgsl" with { type: "text" };
export { default as mask_blocks } from "../../kernels/input/mask_blocks.wgsl" with { type: "text" };
export { default as select_rows } from "../../kernels/input/select_rows.wgsl" with { type: "text" };
export { default as batch_norm } from "../../kernels/layers/batch_norm.wgsl" with { type: "text" };
export { default as batch_norm_backward } from "../../kernels/layers/batch_norm_backward.wgsl" with { type: "text" };
export { default as batch_norm_backward_finalize } from "../../kernels/layers/batch_norm_backward_finalize.wgsl" with { type: "text" };
export { default as batch_norm_backward_reduce } from "../../kernels/layers/batch_norm_backward_reduce.wgsl" with { type: "text" };
export { default as batch_norm_finalize } from "../../kernels/layers/batch_norm_finalize.wgsl" with { type: "text" };
export { default as batch_norm_fold } from "../../kernels/layers/batch_norm_fold.wgsl" with { type: "text" };
export { default as batch_norm_statistics } from "../../kernels/layers/batch_norm_statistics.wgsl" with { type: "text" };
export { default as dropout } from "../../kernels/layers/dropout.wgsl" with { type: "text" };
export { default as max_pool } from "../../kernels/layers/max_pool.wgsl" with { type: "text" };
export { default as max_pool_backward } from "../../kernels/layers/max_pool_backward.wgsl" with { type: "text" };
export { default as mean_max_pool } from "../../kernels/layers/mean_max_pool.wgsl" with { type: "text" };
export { default as mean_max_pool_backward } from "../../kernels/layers/mean_max_pool_backward.wgsl" with { type: "text" };
export { default as mean_pool } from "../../kernels/layers/mean_pool.wgsl" with { type: "text" };
export { default as mean_pool_backward } from "../../kernels/layers/mean_pool_backward.wgsl" with { type: "text" };
export { default as relu_backward } from "../../kernels/layers/relu_backward.wgsl" with { type: "text" };
export { default as add_transposed } from "../../kernels/losses/add_transposed.wgsl" with { type: "text" };
export { default as byol_regression } from "../../kernels/losses/byol_regression.wgsl" with { type: "text" };
export { default as classification_loss } from "../../kernels/losses/classification_loss.wgsl" with { type: "text" };
export { default as l2_normalize } from "../../kernels/losses/l2_normalize.wgsl" with { type: "text" };
export { default as l2_normalize_backward } from "../../kernels/losses/l2_normalize_backward.wgsl" with { type: "text" };
export { default as mean_squared_error } from "../../kernels/losses/mean_squared_error.wgsl" with { type: "text" };
export { default as nt_xent } from "../../kernels/losses/nt_xent.wgsl" with { type: "text" };
export { default as record_loss } from "../../kernels/losses/record_loss.wgsl" with { type: "text" };
export { default as adam } from "../../kernels/optim/adam.wgsl" with { type: "text" };
export { default as gradient_norm } from "../../kernels/optim/gradient_norm.wgsl" with { type: "text" };
export { default as gradient_norm_partial } from "../../kernels/optim/gradient_norm_partial.wgsl" with { type: "text" };
export { default as moving_average } from "../../kernels/optim/moving_average.wgsl" with { type: "text" };
export { default as peak_copy } from "../../kernels/peaks/peak_copy.wgsl" with { type: "text" };
export { default as peak_multiply_add } from "../../kernels/peaks/peak_multiply_add.wgsl" with { type: "text" };
export { default as column_sum } from "../../kernels/products/column_sum.wgsl" with { type: "text" };
export { default as column_sum_partial } from "../../kernels/products/column_sum_partial.wgsl" with { type: "text" };
export { default as conv1d_backward_weight_simple } from "../../kernels/products/conv1d_backward_weight_simple.wgsl" with { type: "text" };
export { default as conv1d_backward_weight_subgroup } from "../../kernels/products/conv1d_backward_weight_subgroup.wgsl" with { type: "text" };
export { default as conv1d_backward_weight_tiled } from "../../kernels/products/conv1d_backward_weight_tiled.wgsl" with { type: "text" };
export { default as conv1d_pack } from "../../kernels/products/conv1d_pack.wgsl" with { type: "text" };
export { default as conv1d_simple } from "../../kernels/products/conv1d_simple.wgsl" with { type: "text" };
export { default as conv1d_subgroup } from "../../kernels/products/conv1d_subgroup.wgsl" with { type: "text" };
export { default as conv1d_tiled } from "../../kernels/products/conv1d_tiled.wgsl" with { type: "text" };
export { default as sum_partials } from "../../kernels/products/sum_partials.wgsl" with { type: "text" };
export { default as sum_partials_sliced } from "../../kernels/products/sum_partials_sliced.wgsl" with { type: "text" };
export { default as "shared/augment_plan" } from "../../kernels/shared/augment_plan.wgsl" with { type: "text" };
export { default as "shared/dropout" } from "../../kernels/shared/dropout.wgsl" with { type: "text" };
export { default as "shared/epilogue" } from "../../kernels/shared/epilogue.wgsl" with { type: "text" };
export { default as "shared/normals" } from "../../kernels/shared/normals.wgsl" with { type: "text" };
export { default as "shared/philox" } from "../../kernels/shared/philox.wgsl" with { type: "text" };
export { default as "shared/step_state" } from "../../kernels/shared/step_state.wgsl" with { type: "text" };
export { default as "shared/streams" } from "../../kernels/shared/streams.wgsl" with { type: "text" };
export { default as "shared/tree_sum" } from "../../kernels/shared/tree_sum.wgsl" with { type: "text" };
export { default as "shared/turns" } from "../../kernels/shared/turns.wgsl" with { type: "text" };
export { default as "shared/value" } from "../../kernels/shared/value.wgsl" with { type: "text" };
export { default as "shared/window" } from "../../kernels/shared/window.wgsl" with { type: "text" };
export { default as "shared/window_gradient" } from "../../kernels/shared/window_gradient.wgsl" with { type: "text" };
