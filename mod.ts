/**
 * Self-supervised learning on 12-lead ECGs with WebGPU: data readers, augmentations, models, losses,
 * metrics, checkpoints and the jobs behind the command line.
 *
 * @module
 */

// Errors and randomness
export { UsageError, UserError } from "./src/errors.ts";
export { setSeed } from "./src/random/set_seed.ts";
export { CounterRandom, philox4x32, type RandomCoordinates, Stream } from "./src/random/philox.ts";

// Device
export {
  chooseDevice,
  DeviceLostError,
  type DeviceOptions,
  Gpu,
  type MemoryLimits,
} from "./src/gpu/device.ts";
export { KernelLibrary } from "./src/gpu/kernels.ts";
export { gridFor, Recorder } from "./src/gpu/recorder.ts";
export { Program } from "./src/gpu/program.ts";
export { StepState } from "./src/gpu/step_state.ts";
export { Tensor } from "./src/gpu/tensor.ts";

// Data
export {
  CLASS_NAMES,
  hasLabels,
  LEADS,
  type QuarantinedRecord,
  recordCount,
  recordMillivolts,
  type RecordSet,
} from "./src/data/signals/record_set.ts";
export type {
  Dataset,
  TransferTarget,
  WindowOptions,
  WindowSet,
} from "./src/data/datasets/dataset.ts";
export { DATASETS } from "./src/data/datasets/registry.ts";
export { downloadDataSet, type DownloadOptions } from "./src/data/download/download.ts";
export type { Inventory } from "./src/data/inventory/inventory.ts";
export { loadPtbXl, ptbXlFiles, type PtbXlOptions } from "./src/data/datasets/ptb_xl.ts";
export { loadMitBih } from "./src/data/datasets/mit_bih.ts";
export {
  AAMI_CLASSES,
  type AamiClass,
  aamiClass,
  labelWindows,
  type WindowLabel,
} from "./src/data/datasets/aami_classes.ts";
export { loadRecordFolder, type RecordFolderOptions } from "./src/data/datasets/record_folder.ts";
export { type LabelsCsvOptions, loadLabelsCsv } from "./src/data/datasets/labels_csv.ts";
export {
  describeEcg,
  type Ecg,
  type EcgFileOptions,
  type EcgSignals,
  ecgWindow,
  type EcgWindowOptions,
  type ReadEcgOptions,
  readEcgSignalsSync,
  readEcgSync,
} from "./src/data/files/read_ecg.ts";
export type { EcgSamples } from "./src/data/signals/ecg_samples.ts";
export { findEcgsSync, type FoundEcgs, type UnusableEcg } from "./src/data/files/find_ecgs.ts";
export { type HeaderPatient, headerPatient } from "./src/data/files/header_patient.ts";
export { type FoldSplit, splitByFolds } from "./src/data/sampling/splits.ts";
export { labelSubset, type LabelSubsetOptions } from "./src/data/sampling/label_subset.ts";
export { type Balancing, classFrequencies } from "./src/data/sampling/balancing.ts";
export { reportClassImbalance } from "./src/data/sampling/class_imbalance.ts";
export {
  TRADITIONAL_FEATURES,
  traditionalFeatures,
  traditionalFeatureTable,
} from "./src/estimators/traditional_features.ts";
export { decodeNpy, encodeNpy, type NpyArray } from "./src/data/files/npy.ts";
export { batchSizes, epochOrder, type EpochOrderOptions } from "./src/data/sampling/batches.ts";
export {
  noNormalization,
  type Normalization,
  trainNormalization,
} from "./src/data/signals/normalization.ts";
export { physicalValues } from "./src/data/files/wfdb/record.ts";
export { readRecordSync } from "./src/data/files/wfdb/read_record.ts";
export {
  type Annotation,
  type AnnotationFile,
  parseAnnotations,
  readAnnotationsSync,
} from "./src/data/files/wfdb/annotations.ts";
export { writeRecordSync } from "./src/data/files/wfdb/write_record.ts";
export { resample } from "./src/data/signals/resample.ts";
export { synthesizeCohort } from "./src/data/synthetic/cohort.ts";
export { writeCohort } from "./src/data/synthetic/write_cohort.ts";

// Augmentation and masking
export {
  AUGMENTATION_CONFIGS,
  type AugmentationConfig,
  augmentationConfig,
  type AugmentationName,
  AUGMENTATIONS,
  DOCUMENTED_RATES,
  onlyAugmentation,
} from "./src/augment/augmentations.ts";
export { augmentAndTell, augmentRecords } from "./src/augment/augment_records.ts";
export { ResidentRecords } from "./src/augment/resident_records.ts";
export { type BlockMask, maskedStretches } from "./src/augment/mask_blocks.ts";
export { applyRandomMask, type RandomMaskOptions } from "./src/augment/random_mask.ts";

// Models
export { ParameterStore } from "./src/layers/parameters.ts";
export { BatchNorm } from "./src/layers/batch_norm.ts";
export { Conv1d } from "./src/layers/conv1d.ts";
export { Linear } from "./src/layers/linear.ts";
export { meanPool } from "./src/layers/mean_pool.ts";
export { Encoder, type EncoderKind, type EncoderOptions } from "./src/models/encoder.ts";
export { Encoder1dCnn, encoder1dCnn } from "./src/models/encoder_1d_cnn.ts";
export { type EncoderChoice, ENCODERS } from "./src/models/encoders.ts";
export { tinyEncoder } from "./src/models/tiny_encoder.ts";
export { Classifier } from "./src/models/classifier.ts";
export type { ClassifierNetwork, LogitsPass } from "./src/models/classifier_network.ts";
export { Resnet1d, type Resnet1dOptions } from "./src/models/resnet1d.ts";
export { ImprovedCnn, type ImprovedCnnOptions } from "./src/models/improved_cnn.ts";
export {
  CLASSIFIER_ARCHITECTURES,
  type ClassifierArchitecture,
  type ClassifierExtents,
  createClassifier,
  isClassifierArchitecture,
} from "./src/models/registry.ts";
export { Simclr, type SimclrOptions } from "./src/models/simclr.ts";
export { Reconstruction } from "./src/models/reconstruction.ts";
export { Byol, type ByolOptions } from "./src/models/byol.ts";

// Losses and optimizer
export { recordLoss } from "./src/losses/record_loss.ts";
export { ntXent } from "./src/losses/nt_xent.ts";
export { meanSquaredError } from "./src/losses/mean_squared_error.ts";
export {
  type ByolDirection,
  byolRegression,
  recordByolLoss,
} from "./src/losses/byol_regression.ts";
export { type ClassificationLoss, classificationLoss } from "./src/losses/classification_loss.ts";
export {
  classWeights,
  countPositives,
  effectiveNumbers,
  effectiveNumberWeights,
  positiveWeights,
} from "./src/losses/class_weights.ts";
export { Adam, type AdamOptions } from "./src/optim/adam.ts";
export { type MovingAverageTensors, recordMovingAverage } from "./src/optim/moving_average.ts";

// Metrics
export {
  type ClassMetrics,
  type MultilabelMetrics,
  multilabelMetrics,
  perClassMetrics,
} from "./src/metrics/multilabel_metrics.ts";
export { auroc, averagePrecision } from "./src/metrics/ranking.ts";
export { embeddingSpread } from "./src/metrics/embedding_spread.ts";
export {
  type BootstrapIntervals,
  bootstrapIntervals,
  type Interval,
} from "./src/metrics/bootstrap.ts";
export { type RocCurve, rocCurve } from "./src/metrics/roc_curve.ts";
export { type Calibration, calibration, type ReliabilityBin } from "./src/metrics/calibration.ts";
export {
  pairedBootstrapIntervals,
  pairedIntervalsAgainstMean,
} from "./src/metrics/paired_bootstrap.ts";
export { fitLinearProbe } from "./src/estimators/linear_probe.ts";
export {
  fitLogisticRegression,
  predictProbabilities,
} from "./src/estimators/logistic_regression.ts";
export { type MeanInterval, meanInterval } from "./src/stats/mean_interval.ts";
export {
  type NearestNeighborOptions,
  nearestNeighborProbabilities,
} from "./src/estimators/k_nearest_neighbors.ts";
export {
  type AurocInterval,
  delongInterval,
  type DelongTest,
  delongTest,
} from "./src/stats/delong.ts";
export { holm } from "./src/stats/holm.ts";
export {
  type CompareMethodsOptions,
  type MethodComparison,
  type MetricComparison,
  type Scores,
  StatisticalTester,
} from "./src/stats/statistical_tester.ts";
export {
  fitRandomForest,
  predictForest,
  type RandomForest,
  type RandomForestOptions,
} from "./src/estimators/random_forest.ts";
export {
  fitGradientBoosting,
  type GradientBoosting,
  type GradientBoostingOptions,
  predictBoosting,
} from "./src/estimators/gradient_boosting.ts";

// Checkpoints
export { readCheckpoint, writeCheckpoint } from "./src/checkpoint/checkpoint_file.ts";
export {
  asFloat32,
  type Checkpoint,
  type CheckpointMetadata,
  type HostTensor,
  type StateDict,
} from "./src/checkpoint/state_dict.ts";
export { matchStateDict } from "./src/models/match_state_dict.ts";
export { type Architecture, architectureOf } from "./src/models/registry.ts";

// Jobs
export { Workspace, type WorkspaceOptions } from "./src/runs/workspace.ts";
export {
  type EpochRequest,
  type EpochResult,
  Trainer,
  type TrainerOptions,
} from "./src/runs/trainer.ts";
export { saveCheckpoint } from "./src/runs/checkpoints.ts";
export { evaluateRows, sigmoid } from "./src/evaluation/inference.ts";
export {
  type EpochObservation,
  pretrain,
  type PretrainEvents,
  type PretrainOptions,
  type PretrainResult,
} from "./src/training/pretrain.ts";
export type { OnlineProbeOptions } from "./src/training/pretrain_monitor.ts";
export type { Batch, Method } from "./src/methods/method.ts";
export { batchLabels, batchSignals } from "./src/methods/method.ts";
export { type PretrainingMethod, type PretrainingStep } from "./src/methods/pretraining_method.ts";
export { byol, type ByolSettings } from "./src/methods/byol.ts";
export { contrastive, type ContrastiveSettings } from "./src/methods/contrastive.ts";
export { masked } from "./src/methods/masked.ts";
export { simclr, type SimclrSettings } from "./src/methods/simclr.ts";
export type { MemoryUse } from "./src/runs/memory_use.ts";
export type { RunFacts, RunOptions, TrainingHistory } from "./src/runs/training_run.ts";
export {
  findRuns,
  type FoundRuns,
  readRun,
  type Run,
  type RunState,
} from "./src/results/read_run.ts";
export { type RunSummary, summarizeRun } from "./src/results/runs.ts";
export { compareRuns, type RunComparison } from "./src/results/compare_runs.ts";
export {
  trainClassifier,
  type TrainClassifierOptions,
  type TrainClassifierResult,
} from "./src/training/train_classifier.ts";
export {
  type Cell as ExperimentCell,
  type CellContext,
  type CellEvent,
  Experiment,
  type ExperimentOptions,
} from "./src/experiments/experiment.ts";
export {
  type MultiseedConfiguration,
  type MultiseedOptions,
  planMultiseed,
} from "./src/experiments/multiseed.ts";
export { type LabelScarcityOptions, planLabelScarcity } from "./src/experiments/label_scarcity.ts";
export { type AblationOptions, planAblation } from "./src/experiments/ablation.ts";
export { planRetraining, type RetrainingOptions } from "./src/experiments/retraining.ts";
export { planTransfer, testTransfer, type TransferOptions } from "./src/experiments/transfer.ts";
export {
  readTestPredictions,
  type TestPredictions,
  testPredictionsCsv,
} from "./src/results/test_predictions.ts";
export {
  type Improvement,
  type MeasuredImprovements,
  readMeasuredImprovements,
} from "./src/results/measured_improvements.ts";
export {
  type ClassifierEvaluation,
  evaluateClassifier,
  type EvaluateOptions,
} from "./src/evaluation/evaluate.ts";
export {
  type ClassifierComparison,
  compareCheckpoints,
  type ComparedClassifier,
  type CompareOptions,
} from "./src/evaluation/compare_checkpoints.ts";
export { type Condition, sweepConditions } from "./src/data/signals/conditions.ts";
export {
  type EcgPrediction,
  type EcgPredictions,
  type LeftOutEcg,
  predict,
  type PredictOptions,
} from "./src/evaluation/predict.ts";
export { type ClassifierInput, classifierInput } from "./src/evaluation/classifier_input.ts";
export {
  type FeatureOptions,
  type FrozenNetwork,
  networkFeatures,
} from "./src/evaluation/network_features.ts";
export { readSeedResults, type SeedResults } from "./src/results/seed_results.ts";
export {
  type ConfigurationComparison,
  runStatisticalTests,
  type StatisticalTests,
  type StatisticalTestsOptions,
} from "./src/results/statistical_tests.ts";
export { probeEncoder, type ProbeResult } from "./src/evaluation/probe.ts";
export {
  type CheckpointProbe,
  type LinearFit,
  probeCheckpoint,
  type ProbeCheckpointOptions,
  type ProbedNetwork,
  type ProbeSettings,
} from "./src/evaluation/probe_checkpoint.ts";
export { embed, type Embeddings, type EmbedOptions } from "./src/evaluation/embed.ts";

// Pictures
export { rasterize, type RasterizeOptions } from "./src/plots/rasterize.ts";
export { renderPage } from "./src/results/report/html/page.ts";
export { renderMarkdown } from "./src/results/report/markdown.ts";
export type {
  Block,
  Cell,
  Missing,
  Picture,
  ReportDocument,
  Section,
  Table,
} from "./src/results/report/document.ts";
export { buildReport, type BuiltReport } from "./src/results/report/report.ts";
export { readResultsFolder, type ResultsFolder } from "./src/results/report/results_folder.ts";
export { type ClinicalEcg, clinicalEcg, type ClinicalLead } from "./src/plots/clinical_ecg.ts";
export {
  type TraditionalOptions,
  type TraditionalResult,
  trainTraditionalMl,
} from "./src/training/train_traditional_ml.ts";
