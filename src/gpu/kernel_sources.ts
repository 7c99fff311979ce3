/**
 * The text of every file in `kernels/`, by its path there without the ending. Static imports, so
 * that a compiled binary carries them; a test asserts that no file is forgotten.
 *
 * @module
 */

import adam from "../../kernels/adam.wgsl" with { type: "text" };
import addTransposed from "../../kernels/add_transposed.wgsl" with { type: "text" };
import augmentBaseline from "../../kernels/augment_baseline.wgsl" with { type: "text" };
import augmentContent from "../../kernels/augment_content.wgsl" with { type: "text" };
import augmentFinish from "../../kernels/augment_finish.wgsl" with { type: "text" };
import augmentPlan from "../../kernels/augment_plan.wgsl" with { type: "text" };
import augmentSpectrum from "../../kernels/augment_spectrum.wgsl" with { type: "text" };
import batchNorm from "../../kernels/batch_norm.wgsl" with { type: "text" };
import batchNormBackward from "../../kernels/batch_norm_backward.wgsl" with { type: "text" };
import batchNormBackwardFinalize from "../../kernels/batch_norm_backward_finalize.wgsl" with {
  type: "text",
};
import batchNormBackwardReduce from "../../kernels/batch_norm_backward_reduce.wgsl" with {
  type: "text",
};
import batchNormFinalize from "../../kernels/batch_norm_finalize.wgsl" with { type: "text" };
import batchNormFold from "../../kernels/batch_norm_fold.wgsl" with { type: "text" };
import batchNormStatistics from "../../kernels/batch_norm_statistics.wgsl" with { type: "text" };
import byolRegression from "../../kernels/byol_regression.wgsl" with { type: "text" };
import classificationLoss from "../../kernels/classification_loss.wgsl" with { type: "text" };
import columnSum from "../../kernels/column_sum.wgsl" with { type: "text" };
import columnSumPartial from "../../kernels/column_sum_partial.wgsl" with { type: "text" };
import conv1dBackwardWeightSimple from "../../kernels/conv1d_backward_weight_simple.wgsl" with {
  type: "text",
};
import conv1dBackwardWeightSubgroup from "../../kernels/conv1d_backward_weight_subgroup.wgsl" with {
  type: "text",
};
import conv1dBackwardWeightTiled from "../../kernels/conv1d_backward_weight_tiled.wgsl" with {
  type: "text",
};
import conv1dPack from "../../kernels/conv1d_pack.wgsl" with { type: "text" };
import conv1dSimple from "../../kernels/conv1d_simple.wgsl" with { type: "text" };
import conv1dSubgroup from "../../kernels/conv1d_subgroup.wgsl" with { type: "text" };
import conv1dTiled from "../../kernels/conv1d_tiled.wgsl" with { type: "text" };
import contrastiveViews from "../../kernels/contrastive_views.wgsl" with { type: "text" };
import corrupt from "../../kernels/corrupt.wgsl" with { type: "text" };
import dropout from "../../kernels/dropout.wgsl" with { type: "text" };
import gather from "../../kernels/gather.wgsl" with { type: "text" };
import gatherDeviation from "../../kernels/gather_deviation.wgsl" with { type: "text" };
import gradientNorm from "../../kernels/gradient_norm.wgsl" with { type: "text" };
import gradientNormPartial from "../../kernels/gradient_norm_partial.wgsl" with { type: "text" };
import l2Normalize from "../../kernels/l2_normalize.wgsl" with { type: "text" };
import l2NormalizeBackward from "../../kernels/l2_normalize_backward.wgsl" with { type: "text" };
import maxPool from "../../kernels/max_pool.wgsl" with { type: "text" };
import maxPoolBackward from "../../kernels/max_pool_backward.wgsl" with { type: "text" };
import meanMaxPool from "../../kernels/mean_max_pool.wgsl" with { type: "text" };
import meanMaxPoolBackward from "../../kernels/mean_max_pool_backward.wgsl" with { type: "text" };
import maskBlocks from "../../kernels/mask_blocks.wgsl" with { type: "text" };
import meanPool from "../../kernels/mean_pool.wgsl" with { type: "text" };
import meanPoolBackward from "../../kernels/mean_pool_backward.wgsl" with { type: "text" };
import meanSquaredError from "../../kernels/mean_squared_error.wgsl" with { type: "text" };
import movingAverage from "../../kernels/moving_average.wgsl" with { type: "text" };
import ntXent from "../../kernels/nt_xent.wgsl" with { type: "text" };
import peakCopy from "../../kernels/peak_copy.wgsl" with { type: "text" };
import peakMultiplyAdd from "../../kernels/peak_multiply_add.wgsl" with { type: "text" };
import recordLoss from "../../kernels/record_loss.wgsl" with { type: "text" };
import reluBackward from "../../kernels/relu_backward.wgsl" with { type: "text" };
import selectRows from "../../kernels/select_rows.wgsl" with { type: "text" };
import sharedAugmentPlan from "../../kernels/shared/augment_plan.wgsl" with { type: "text" };
import sharedDropout from "../../kernels/shared/dropout.wgsl" with { type: "text" };
import sharedEpilogue from "../../kernels/shared/epilogue.wgsl" with { type: "text" };
import sharedNormals from "../../kernels/shared/normals.wgsl" with { type: "text" };
import sharedPhilox from "../../kernels/shared/philox.wgsl" with { type: "text" };
import sharedTreeSum from "../../kernels/shared/tree_sum.wgsl" with { type: "text" };
import sharedTurns from "../../kernels/shared/turns.wgsl" with { type: "text" };
import sharedValue from "../../kernels/shared/value.wgsl" with { type: "text" };
import sharedWindow from "../../kernels/shared/window.wgsl" with { type: "text" };
import sharedWindowGradient from "../../kernels/shared/window_gradient.wgsl" with { type: "text" };
import sumPartials from "../../kernels/sum_partials.wgsl" with { type: "text" };
import sumPartialsSliced from "../../kernels/sum_partials_sliced.wgsl" with { type: "text" };

/** Kernel texts by path below `kernels/`, without `.wgsl`. */
export const kernelSources: Readonly<Record<string, string>> = {
  adam: adam,
  add_transposed: addTransposed,
  augment_baseline: augmentBaseline,
  augment_content: augmentContent,
  augment_finish: augmentFinish,
  augment_plan: augmentPlan,
  augment_spectrum: augmentSpectrum,
  batch_norm: batchNorm,
  batch_norm_backward: batchNormBackward,
  batch_norm_backward_finalize: batchNormBackwardFinalize,
  batch_norm_backward_reduce: batchNormBackwardReduce,
  batch_norm_finalize: batchNormFinalize,
  batch_norm_fold: batchNormFold,
  batch_norm_statistics: batchNormStatistics,
  byol_regression: byolRegression,
  classification_loss: classificationLoss,
  column_sum: columnSum,
  column_sum_partial: columnSumPartial,
  conv1d_backward_weight_simple: conv1dBackwardWeightSimple,
  conv1d_backward_weight_subgroup: conv1dBackwardWeightSubgroup,
  conv1d_backward_weight_tiled: conv1dBackwardWeightTiled,
  conv1d_pack: conv1dPack,
  conv1d_simple: conv1dSimple,
  conv1d_subgroup: conv1dSubgroup,
  conv1d_tiled: conv1dTiled,
  contrastive_views: contrastiveViews,
  corrupt: corrupt,
  dropout: dropout,
  gather: gather,
  gather_deviation: gatherDeviation,
  gradient_norm: gradientNorm,
  gradient_norm_partial: gradientNormPartial,
  l2_normalize: l2Normalize,
  l2_normalize_backward: l2NormalizeBackward,
  max_pool: maxPool,
  max_pool_backward: maxPoolBackward,
  mean_max_pool: meanMaxPool,
  mean_max_pool_backward: meanMaxPoolBackward,
  mask_blocks: maskBlocks,
  mean_pool: meanPool,
  mean_pool_backward: meanPoolBackward,
  mean_squared_error: meanSquaredError,
  moving_average: movingAverage,
  nt_xent: ntXent,
  peak_copy: peakCopy,
  peak_multiply_add: peakMultiplyAdd,
  record_loss: recordLoss,
  relu_backward: reluBackward,
  select_rows: selectRows,
  "shared/augment_plan": sharedAugmentPlan,
  "shared/dropout": sharedDropout,
  "shared/epilogue": sharedEpilogue,
  "shared/normals": sharedNormals,
  "shared/philox": sharedPhilox,
  "shared/tree_sum": sharedTreeSum,
  "shared/turns": sharedTurns,
  "shared/value": sharedValue,
  "shared/window": sharedWindow,
  "shared/window_gradient": sharedWindowGradient,
  sum_partials: sumPartials,
  sum_partials_sliced: sumPartialsSliced,
};
