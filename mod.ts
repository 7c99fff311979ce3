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
export { Recorder } from "./src/gpu/recorder.ts";
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
} from "./src/data/record_set.ts";
export { loadPtbXl, type PtbXlOptions } from "./src/data/ptb_xl.ts";
export {
  labelWindows,
  loadMitBih,
  type MitBihOptions,
  type MitBihSet,
  type WindowLabel,
} from "./src/data/mit_bih.ts";
export { AAMI_CLASSES, type AamiClass, aamiClass } from "./src/data/aami_classes.ts";
export { loadRecordFolder, type RecordFolderOptions } from "./src/data/record_folder.ts";
export { type LabelsCsvOptions, loadLabelsCsv } from "./src/data/labels_csv.ts";
export {
  describeEcg,
  type Ecg,
  type EcgFileOptions,
  type EcgSignals,
  ecgWindow,
  type EcgWindowOptions,
  readEcg,
  type ReadEcgOptions,
  readEcgSignals,
} from "./src/data/read_ecg.ts";
export { findEcgs, type FoundEcgs, type UnusableEcg } from "./src/data/find_ecgs.ts";
export { type ChallengePatient, challengePatient } from "./src/data/challenge_header.ts";
export { type FoldSplit, splitByFolds } from "./src/data/splits.ts";
export { labelSubset, type LabelSubsetOptions } from "./src/data/label_subset.ts";
export { type Balancing, classFrequencies } from "./src/data/balancing.ts";
export { reportClassImbalance } from "./src/data/class_imbalance.ts";
export {
  TRADITIONAL_FEATURES,
  traditionalFeatures,
  traditionalFeatureTable,
} from "./src/data/traditional_features.ts";
export { decodeNpy, encodeNpy, type NpyArray } from "./src/data/npy.ts";
export { batchSizes, epochOrder, type EpochOrderOptions } from "./src/data/batches.ts";
export {
  noNormalisation,
  type Normalisation,
  trainNormalisation,
} from "./src/data/normalisation.ts";
export { physicalValues } from "./src/data/wfdb/record.ts";
export { readRecord } from "./src/data/wfdb/read_record.ts";
export {
  type Annotation,
  type AnnotationFile,
  parseAnnotations,
  readAnnotations,
} from "./src/data/wfdb/annotations.ts";
export { writeRecord } from "./src/data/wfdb/write_record.ts";
export { resample } from "./src/data/resample.ts";
export { synthesizeCohort } from "./src/data/synthetic/cohort.ts";
export { writeCohort } from "./src/data/synthetic/write_cohort.ts";
export { fetchPtbXl, PTB_XL_URL } from "./src/data/fetch_ptbxl.ts";
export { fetchMitBih, MIT_BIH_URL } from "./src/data/fetch_mitbih.ts";

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
export { Encoder1dCnn, type EncoderOptions } from "./src/models/encoder_1d_cnn.ts";
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
} from "./src/models/classifiers.ts";
export { Simclr, type SimclrOptions } from "./src/models/simclr.ts";
export { Reconstruction } from "./src/models/reconstruction.ts";
export { Byol, type ByolOptions } from "./src/models/byol.ts";
export { Contrastive } from "./src/models/contrastive.ts";

// Losses and optimizer
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
export {
  fitLinearProbe,
  fitLogisticRegression,
  predictProbabilities,
} from "./src/stats/logistic_regression.ts";
export { type MeanInterval, meanInterval } from "./src/stats/mean_interval.ts";
export {
  type CurveBand,
  type CurveBands,
  curveBands,
  type CurveBandsOptions,
  type PredictedRecords,
} from "./src/stats/curve_bands.ts";
export {
  type NearestNeighbourOptions,
  nearestNeighbourProbabilities,
} from "./src/stats/k_nearest_neighbours.ts";
export { fitStandardisation, standardise } from "./src/stats/standardisation.ts";
export { pairedDifferences } from "./src/stats/samples.ts";
export { type ShapiroWilk, shapiroWilk } from "./src/stats/shapiro_wilk.ts";
export { type PairedT, pairedT } from "./src/stats/paired_t.ts";
export {
  type GroupSummary,
  type WelchT,
  welchT,
  welchTFromSummaries,
} from "./src/stats/welch_t.ts";
export { type MannWhitney, mannWhitney, type RankTestMethod } from "./src/stats/mann_whitney.ts";
export { type WilcoxonSignedRank, wilcoxonSignedRank } from "./src/stats/wilcoxon_signed_rank.ts";
export {
  type PermutationOptions,
  type PermutationTest,
  signFlipTest,
} from "./src/stats/sign_flip_test.ts";
export { labelPermutationTest } from "./src/stats/label_permutation_test.ts";
export {
  type AurocCovariance,
  aurocCovariance,
  type AurocInterval,
  delongInterval,
  type DelongTest,
  delongTest,
} from "./src/stats/delong.ts";
export { holm } from "./src/stats/holm.ts";
export { cohensD, cohensDFromSummaries, rankBiserial } from "./src/stats/effect_sizes.ts";
export {
  type DetectableDifferenceOptions,
  pairedTPower,
  smallestDetectableDifference,
} from "./src/stats/detectable_difference.ts";
export {
  bootstrapMeanDifference,
  type BootstrapSeedsOptions,
} from "./src/stats/bootstrap_seeds.ts";
export { expectedPercentileHalfWidth } from "./src/stats/percentile_range.ts";
export {
  examineInterval,
  examineSingleRuns,
  type IntervalExamination,
  type PublishedMethod,
  type PublishedSummary,
  type SingleRunExamination,
  type SingleRunGain,
  singleRunGains,
  type SummaryTestRange,
  summaryTestRange,
} from "./src/stats/published_figures.ts";
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
} from "./src/stats/random_forest.ts";
export {
  fitGradientBoosting,
  type GradientBoosting,
  type GradientBoostingOptions,
  predictBoosting,
} from "./src/stats/gradient_boosting.ts";

// Checkpoints
export { readCheckpoint, writeCheckpoint } from "./src/checkpoint/checkpoint_file.ts";
export {
  asFloat32,
  type Checkpoint,
  type CheckpointMetadata,
  type HostTensor,
  type StateDict,
} from "./src/checkpoint/state_dict.ts";
export { matchStateDict } from "./src/checkpoint/match_state_dict.ts";
export { type Architecture, architectureOf } from "./src/checkpoint/recognise_architecture.ts";

// Jobs
export {
  analyzeDatasets,
  type AnalyzeDatasetsOptions,
  type DatasetsAnalysis,
} from "./src/jobs/analyze_datasets.ts";
export { Workspace, type WorkspaceOptions } from "./src/jobs/workspace.ts";
export {
  type EpochObservation,
  pretrain,
  type PretrainEvents,
  type PretrainOptions,
  type PretrainResult,
} from "./src/jobs/pretrain.ts";
export type { PretrainNetwork, PretrainRecipe } from "./src/jobs/pretrain_recipe.ts";
export type { OnlineProbeOptions } from "./src/jobs/pretrain_monitor.ts";
export { byolRecipe, type ByolRecipeOptions } from "./src/jobs/byol_recipe.ts";
export { contrastiveRecipe, type ContrastiveRecipeOptions } from "./src/jobs/contrastive_recipe.ts";
export { maskedRecipe } from "./src/jobs/masked_recipe.ts";
export { simclrRecipe, type SimclrRecipeOptions } from "./src/jobs/simclr_recipe.ts";
export type { MemoryUse } from "./src/jobs/memory_use.ts";
export type { Course, RunFacts, RunOptions } from "./src/jobs/training_run.ts";
export {
  column,
  findRuns,
  type FoundRuns,
  readRun,
  type Run,
  type RunState,
} from "./src/jobs/read_run.ts";
export { type RunSummary, summarizeRun } from "./src/jobs/runs.ts";
export { compareRuns, type RunComparison } from "./src/jobs/compare_runs.ts";
export {
  trainClassifier,
  type TrainClassifierOptions,
  type TrainClassifierResult,
} from "./src/jobs/train_classifier.ts";
export {
  type ClassifierResult,
  multiseed,
  type MultiseedEvents,
  type MultiseedFailure,
  type MultiseedOutcome,
  type MultiseedRun,
} from "./src/jobs/multiseed.ts";
export type {
  MultiseedConfiguration,
  MultiseedMethod,
  MultiseedOptions,
  MultiseedTask,
} from "./src/jobs/multiseed_plan.ts";
export {
  readTestPredictions,
  type TestPredictions,
  testPredictionsCsv,
} from "./src/jobs/test_predictions.ts";
export {
  RETRAINING_CHECKPOINTS,
  RETRAINING_STEPS,
  type RetrainingDifference,
  type RetrainingOptions,
  type RetrainingResult,
  type RetrainingStep,
  RetrainingStepError,
  type RetrainingStepName,
  retrainWithEnhancedAugmentations,
} from "./src/jobs/retrain_with_enhanced_augmentations.ts";
export {
  analyzeRetrainingStrategy,
  type AugmentationRecommendation,
  type EpochsRecommendation,
  type RecommendedExperiment,
  type RetrainingAnalysis,
  type RetrainingRecommendations,
} from "./src/jobs/analyze_retraining_strategy.ts";
export {
  type Improvement,
  type MeasuredImprovements,
  readMeasuredImprovements,
} from "./src/jobs/measured_improvements.ts";
export { TimeLeft } from "./src/jobs/time_left.ts";
export { evaluateClassifier, type EvaluateOptions, type Evaluation } from "./src/jobs/evaluate.ts";
export {
  evaluateAll,
  type EvaluateAllOptions,
  type EvaluateAllResult,
} from "./src/jobs/evaluate_all.ts";
export {
  compareCheckpoints,
  type ComparedCheckpoint,
  type CompareOptions,
  type Comparison,
} from "./src/jobs/compare.ts";
export {
  type EcgPrediction,
  predict,
  type Predictions,
  type PredictOptions,
} from "./src/jobs/predict.ts";
export { type ClassifierInput, classifierInput } from "./src/jobs/classifier_input.ts";
export {
  type Condition,
  type ConditionsOptions,
  evaluateConditions,
  sweepConditions,
  type SweepPoint,
} from "./src/jobs/robustness.ts";
export {
  encoderSource,
  type RecordResult,
  recordResults,
  transferMitBih,
  type TransferMitBihOptions,
  type TransferMitBihResult,
  type TransferRun,
  type TransferScores,
} from "./src/jobs/transfer_mitbih.ts";
export {
  type FeatureOptions,
  type FrozenNetwork,
  networkFeatures,
  pooledEncoder,
} from "./src/jobs/network_features.ts";
export { readSeedResults, type SeedResults } from "./src/jobs/seed_results.ts";
export {
  type ConfigurationComparison,
  runStatisticalTests,
  type StatisticalTests,
  type StatisticalTestsOptions,
} from "./src/jobs/statistical_tests.ts";
export { probeEncoder, type ProbeResult } from "./src/jobs/probe.ts";
export {
  type CheckpointProbe,
  type LinearFit,
  probeCheckpoint,
  type ProbeCheckpointOptions,
  type ProbedNetwork,
  type ProbeSettings,
} from "./src/jobs/probe_checkpoint.ts";
export { embed, type Embeddings, type EmbedOptions } from "./src/jobs/embed.ts";

// Pictures
export { rasterise, type RasteriseOptions } from "./src/report/rasterise.ts";
export { renderPage } from "./src/report/html/page.ts";
export { renderMarkdown } from "./src/report/markdown.ts";
export type {
  Block,
  Cell,
  Missing,
  Picture,
  ReportDocument,
  Section,
  Table,
} from "./src/report/document.ts";
export { buildReport, type BuiltReport } from "./src/jobs/report/report.ts";
export { readResultsFolder, type ResultsFolder } from "./src/jobs/report/results_folder.ts";
export { type ClinicalEcg, clinicalEcg, type ClinicalLead } from "./src/report/clinical_ecg.ts";
export {
  type TraditionalOptions,
  type TraditionalResult,
  trainTraditionalMl,
} from "./src/jobs/train_traditional_ml.ts";
