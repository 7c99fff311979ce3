/**
 * Self-supervised learning on 12-lead ECGs with WebGPU: data readers, augmentations, models, losses,
 * metrics, checkpoints and the jobs behind the command line.
 *
 * @module
 */

// Errors and randomness
export { UsageError, UserError } from "./src/errors.ts";
export { setSeed } from "./src/random/set_seed.ts";

// Device
export { chooseDevice, DeviceLostError, type DeviceOptions, Gpu } from "./src/gpu/device.ts";
export { KernelLibrary } from "./src/gpu/kernels.ts";
export { gridFor, Recorder } from "./src/gpu/recorder.ts";
export { StepState } from "./src/gpu/step_state.ts";
export { Tensor } from "./src/gpu/tensor.ts";

// Data
export {
  CLASS_NAMES,
  hasLabels,
  LEADS,
  recordCount,
  recordMillivolts,
  type RecordSet,
} from "./src/data/signals/record_set.ts";
export type { Dataset } from "./src/data/datasets/dataset.ts";
export { DATASETS } from "./src/data/datasets/registry.ts";
export { downloadDataSet } from "./src/data/download/download.ts";
export { loadPtbXl, ptbXlFiles } from "./src/data/datasets/ptb_xl.ts";
export { loadMitBih } from "./src/data/datasets/mit_bih.ts";
export { AAMI_CLASSES, labelWindows } from "./src/data/datasets/aami_classes.ts";
export { loadRecordFolder } from "./src/data/datasets/record_folder.ts";
export { loadLabelsCsv } from "./src/data/datasets/labels_csv.ts";
export { describeEcg, type Ecg, readEcgSync } from "./src/data/files/read_ecg.ts";
export type { EcgSamples } from "./src/data/signals/ecg_samples.ts";
export { findEcgsSync } from "./src/data/files/find_ecgs.ts";
export { headerPatient } from "./src/data/files/header_patient.ts";
export { splitByFolds } from "./src/data/sampling/splits.ts";
export { labelSubset } from "./src/data/sampling/label_subset.ts";
export { type Balancing } from "./src/data/sampling/balancing.ts";
export { reportClassImbalance } from "./src/data/sampling/class_imbalance.ts";
export { traditionalFeatures } from "./src/estimators/traditional_features.ts";
export { decodeNpy, encodeNpy } from "./src/data/files/npy.ts";
export { epochOrder } from "./src/data/sampling/batches.ts";
export { type Normalization, trainNormalization } from "./src/data/signals/normalization.ts";
export { physicalValues } from "./src/data/files/wfdb/record.ts";
export { readRecordSync } from "./src/data/files/wfdb/read_record.ts";
export { type Annotation, readAnnotationsSync } from "./src/data/files/wfdb/annotations.ts";
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
  onlyAugmentation,
} from "./src/augment/augmentations.ts";
export { augmentRecords } from "./src/augment/augment_records.ts";
export { ResidentRecords } from "./src/augment/resident_records.ts";
export { applyRandomMask } from "./src/augment/random_mask.ts";

// Models
export { ParameterStore } from "./src/layers/parameters.ts";
export { BatchNorm } from "./src/layers/batch_norm.ts";
export { Conv1d } from "./src/layers/conv1d.ts";
export { ConvTranspose1d } from "./src/layers/conv_transpose1d.ts";
export { Dropout } from "./src/layers/dropout.ts";
export { Linear } from "./src/layers/linear.ts";
export { maxPool } from "./src/layers/max_pool.ts";
export { meanMaxPool } from "./src/layers/mean_max_pool.ts";
export { meanPool } from "./src/layers/mean_pool.ts";
export { Encoder, type EncoderKind, type EncoderOptions } from "./src/models/encoder.ts";
export { Encoder1dCnn, encoder1dCnn } from "./src/models/encoder_1d_cnn.ts";
export { ENCODERS } from "./src/models/encoders.ts";
export { tinyEncoder } from "./src/models/tiny_encoder.ts";
export { Classifier } from "./src/models/classifier.ts";
export type { ClassifierNetwork } from "./src/models/classifier_network.ts";
export { Resnet1d } from "./src/models/resnet1d.ts";
export { ImprovedCnn } from "./src/models/improved_cnn.ts";
export { createClassifier } from "./src/models/registry.ts";
export { Simclr } from "./src/models/simclr.ts";
export { Reconstruction } from "./src/models/reconstruction.ts";
export { Byol } from "./src/models/byol.ts";

// Losses and optimizer
export { recordLoss } from "./src/losses/record_loss.ts";
export { ntXent } from "./src/losses/nt_xent.ts";
export { meanSquaredError } from "./src/losses/mean_squared_error.ts";
export { byolRegression, recordByolLoss } from "./src/losses/byol_regression.ts";
export { type ClassificationLoss, classificationLoss } from "./src/losses/classification_loss.ts";
export { classWeights, countPositives } from "./src/losses/class_weights.ts";
export { Adam, type AdamOptions } from "./src/optim/adam.ts";
export { recordMovingAverage } from "./src/optim/moving_average.ts";

// Metrics
export {
  type ClassMetrics,
  type MultilabelMetrics,
  multilabelMetrics,
  perClassMetrics,
} from "./src/metrics/multilabel_metrics.ts";
export { auroc, averagePrecision } from "./src/metrics/ranking.ts";
export { embeddingSpread } from "./src/metrics/embedding_spread.ts";
export { bootstrapIntervals, type Interval } from "./src/metrics/bootstrap.ts";
export { rocCurve } from "./src/metrics/roc_curve.ts";
export { calibration } from "./src/metrics/calibration.ts";
export { pairedBootstrapIntervals } from "./src/metrics/paired_bootstrap.ts";
export { fitLinearProbe } from "./src/estimators/linear_probe.ts";
export {
  fitLogisticRegression,
  predictProbabilities,
} from "./src/estimators/logistic_regression.ts";
export { meanInterval } from "./src/stats/mean_interval.ts";
export { nearestNeighborProbabilities } from "./src/estimators/k_nearest_neighbors.ts";
export { delongTest } from "./src/stats/delong.ts";
export { holm } from "./src/stats/holm.ts";
export { type Scores, StatisticalTester } from "./src/stats/statistical_tester.ts";
export { fitRandomForest, predictForest } from "./src/estimators/random_forest.ts";
export { fitGradientBoosting, predictBoosting } from "./src/estimators/gradient_boosting.ts";

// Checkpoints
export { readCheckpoint, writeCheckpoint } from "./src/checkpoint/checkpoint_file.ts";
export {
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
export { pretrain, type PretrainOptions, type PretrainResult } from "./src/training/pretrain.ts";
export type { Batch, Method } from "./src/methods/method.ts";
export { batchLabels, batchSignals } from "./src/methods/method.ts";
export { type PretrainingMethod, type PretrainingStep } from "./src/methods/pretraining_method.ts";
export { byol } from "./src/methods/byol.ts";
export { contrastive } from "./src/methods/contrastive.ts";
export { masked } from "./src/methods/masked.ts";
export { simclr } from "./src/methods/simclr.ts";
export type { RunOptions, TrainingHistory } from "./src/runs/training_run.ts";
export { findRuns, readRun, type Run } from "./src/results/read_run.ts";
export { summarizeRun } from "./src/results/runs.ts";
export { compareRuns } from "./src/results/compare_runs.ts";
export {
  trainClassifier,
  type TrainClassifierOptions,
  type TrainClassifierResult,
} from "./src/training/train_classifier.ts";
export { type Cell as ExperimentCell, Experiment } from "./src/experiments/experiment.ts";
export { planMultiseed } from "./src/experiments/multiseed.ts";
export { planLabelScarcity } from "./src/experiments/label_scarcity.ts";
export { planAblation } from "./src/experiments/ablation.ts";
export { planRetraining } from "./src/experiments/retraining.ts";
export { planTransfer } from "./src/experiments/transfer.ts";
export { readTestPredictions } from "./src/results/test_predictions.ts";
export {
  type ClassifierEvaluation,
  evaluateClassifier,
  type EvaluateOptions,
} from "./src/evaluation/evaluate.ts";
export {
  type ClassifierComparison,
  compareCheckpoints,
} from "./src/evaluation/compare_checkpoints.ts";
export { type Condition, sweepConditions } from "./src/data/signals/conditions.ts";
export { type EcgPrediction, predict, type PredictOptions } from "./src/evaluation/predict.ts";
export { type FrozenNetwork, networkFeatures } from "./src/evaluation/network_features.ts";
export { readSeedResults } from "./src/results/seed_results.ts";
export { runStatisticalTests, type StatisticalTests } from "./src/results/statistical_tests.ts";
export { probeEncoder, type ProbeResult } from "./src/evaluation/probe.ts";
export { probeCheckpoint } from "./src/evaluation/probe_checkpoint.ts";
export { embed } from "./src/evaluation/embed.ts";

// Pictures
export { rasterize } from "./src/plots/rasterize.ts";
export { renderPage } from "./src/results/report/html/page.ts";
export { renderMarkdown } from "./src/results/report/markdown.ts";
export type { ReportDocument } from "./src/results/report/document.ts";
export { buildReport } from "./src/results/report/report.ts";
export { readResultsFolder } from "./src/results/report/results_folder.ts";
export { type ClinicalEcg, clinicalEcg } from "./src/plots/clinical_ecg.ts";
export { trainTraditionalMl } from "./src/training/train_traditional_ml.ts";
