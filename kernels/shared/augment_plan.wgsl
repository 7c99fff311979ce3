// What kernels/augment_plan.wgsl decides for one row of the batch, in 10 vec4s of floats. Zero
// switches an augmentation off.
//
//   vec4   x                y                z                   w
//   0      warp             mixup share      mixup partner       CutMix partner
//   1      CutMix start     CutMix end       gap: sample before  gap: sample behind
//   2      band bins        band taps        motion frequency    motion phase
//   3..5   motion amplitude of leads 0-3, 4-7, 8-11 (mV, signed)
//   6..8   noise standard deviation of leads 0-3, 4-7, 8-11 (mV)
//   9      band low edge    band high edge   -                   -
//
//   warp              relative change of the heart rate at the record's start; the opposite at its end
//   mixup share       part of the partner, 0 to 1/2
//   partners          position in the batch
//   CutMix, gap       sample numbers; the segment is start .. end - 1, the gap lies between the two
//   band bins         cosines below which the high-pass acts; band taps: half width of the low-pass
//   motion frequency  turns per sample; motion phase in turns
//   edges             Hz
const PLAN = 10u;
