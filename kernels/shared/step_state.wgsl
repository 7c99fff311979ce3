// Words of the step state [16], what changes from step to step; src/gpu/step_state.ts writes it.
const SEED = 0u;
const EPOCH = 1u;
const STEP = 2u; // from 0
const SLOT = 3u; // of the metrics ring
const RECORDS = 4u; // of this batch
const STEP_SIZE = 8u; // f32: learning rate / (1 - beta1^step)
const ROOT_CORRECTION2 = 9u; // f32: sqrt(1 - beta2^step)
const MOMENTUM = 10u; // f32: of a target network's average
