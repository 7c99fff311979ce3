// Streams of random numbers, as src/random/philox.ts numbers them.
const AUGMENT_STREAM = 4u;
const DROPOUT_STREAM = 5u;
const CORRUPTION_STREAM = 7u;
const MASKING_STREAM = 12u;
