// The plan of a row of the batch: PLAN vec4s, of which each augmentation of the recording has its own,
// the first at an offset by its name. kernels/augment/NAME.wgsl says what they hold; all are 0 where the
// augmentation is not applied.
const PLAN = 1u;
#each augmentation
const ${NAME} = ${slot}u;
#endeach
