/** The documented metrics as pictures and tables write them. */

const TITLES: Readonly<Record<string, string>> = {
  auroc_macro: "AUROC (macro)",
  f1_macro: "F1 (macro)",
  sensitivity_micro: "sensitivity (micro)",
  specificity_micro: "specificity (micro)",
};

/** The title of a metric; other metrics are their own. */
export function metricTitle(metric: string): string {
  return TITLES[metric] ?? metric;
}
