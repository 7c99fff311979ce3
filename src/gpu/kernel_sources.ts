/**
 * The text of every file in `kernels/`, by its path there without the ending. Static imports, so
 * that a compiled binary carries them; a test asserts that no file is forgotten.
 *
 * @module
 */

import conv1dBackwardWeightSimple from "../../kernels/conv1d_backward_weight_simple.wgsl" with {
  type: "text",
};
import conv1dBackwardWeightSubgroup from "../../kernels/conv1d_backward_weight_subgroup.wgsl" with {
  type: "text",
};
import conv1dPack from "../../kernels/conv1d_pack.wgsl" with { type: "text" };
import conv1dSimple from "../../kernels/conv1d_simple.wgsl" with { type: "text" };
import conv1dSubgroup from "../../kernels/conv1d_subgroup.wgsl" with { type: "text" };
import sharedEpilogue from "../../kernels/shared/epilogue.wgsl" with { type: "text" };
import sharedWindow from "../../kernels/shared/window.wgsl" with { type: "text" };
import sharedWindowGradient from "../../kernels/shared/window_gradient.wgsl" with { type: "text" };
import sumPartials from "../../kernels/sum_partials.wgsl" with { type: "text" };

/** Kernel texts by path below `kernels/`, without `.wgsl`. */
export const kernelSources: Readonly<Record<string, string>> = {
  conv1d_backward_weight_simple: conv1dBackwardWeightSimple,
  conv1d_backward_weight_subgroup: conv1dBackwardWeightSubgroup,
  conv1d_pack: conv1dPack,
  conv1d_simple: conv1dSimple,
  conv1d_subgroup: conv1dSubgroup,
  "shared/epilogue": sharedEpilogue,
  "shared/window": sharedWindow,
  "shared/window_gradient": sharedWindowGradient,
  sum_partials: sumPartials,
};
