/** Pictures of the augmentations on one record, before and after, to look at. */

import { augmentRecords, type Draws } from "../augment/augment_records.ts";
import {
  AUGMENTATION_TABLE,
  DOCUMENTED_RATES,
  onlyAugmentation,
} from "../augment/augmentations.ts";
import type { RecordSamples } from "../augment/resident_records.ts";
import { formatPercent } from "../text/format.ts";
import { LEADS } from "../data/signals/record_set.ts";
import type { Gpu } from "../gpu/device.ts";
import { ecgChart, type EcgPanel } from "../plots/ecg_chart.ts";

/** What {@linkcode augmentationGallery} draws. */
export interface GalleryRequest {
  /** The record comes first, mixing partners after it: [records, T, 12]. */
  readonly records: RecordSamples;
  /** What the record is called, such as `PTB-XL record 17`. */
  readonly name: string;
  readonly seed: number;
}

/** One file of the gallery. */
export interface GalleryFile {
  readonly name: string;
  readonly content: string;
}

/** Leads shown: an inferior, a septal and a lateral one. */
const SHOWN = ["II", "V1", "V5"] as const;
/** Seconds shown of an augmentation, except where the whole record matters. */
const SECONDS = 5;
/**
 * Draws each augmentation alone, then two views with all of them at their documented rates, and a page
 * that shows all pictures.
 *
 * @returns `1-frequency-warp.svg`, …, the two views last, and `index.html`, as text
 */
export async function augmentationGallery(
  gpu: Gpu,
  { records, name, seed }: GalleryRequest,
): Promise<GalleryFile[]> {
  const { samplingRate, signalLength } = records;
  const size = signalLength * LEADS.length;
  const count = records.samples.length / size;
  const before = Float32Array.from(
    records.samples.subarray(0, size),
    (value) => value * records.millivoltsPerUnit,
  );
  const lead = (signal: Float32Array, which: string) => {
    const c = LEADS.indexOf(which as typeof LEADS[number]);
    return Float32Array.from({ length: signalLength }, (_, t) => signal[t * LEADS.length + c]);
  };
  const files: (GalleryFile & { title: string })[] = [];
  for (const [index, augmentation] of AUGMENTATION_TABLE.entries()) {
    const { name: id, title, explanation, rate, showWhole } = augmentation;
    const { signals, draws } = await augmentRecords(gpu, records, {
      augmentations: onlyAugmentation(id),
      seed,
      views: 1,
      returnDraws: true,
    });
    const after = signals.subarray(0, size);
    const leads = LEADS.map((which) => {
      const [first, second] = [lead(before, which), lead(after, which)];
      return { which, first, second, change: first.map((value, t) => second[t] - value) };
    });
    // Where all of these stay as they are, those come first that do not.
    const usual = leads.filter(({ which }) => SHOWN.some((each) => each === which));
    const differs = ({ change }: { change: Float32Array }) =>
      change.some((mV) => Math.abs(mV) > 1e-5);
    const shown = [...usual.some(differs) ? [] : leads.filter(differs), ...usual]
      .slice(0, SHOWN.length);
    const factor = enlargement(shown.map(({ change }) => change));
    const panels = shown.flatMap(({ which, first, second, change }): EcgPanel[] => {
      const signals = {
        label: which,
        traces: [{ name: "before", samples: first }, { name: "after", samples: second }],
      };
      if (factor === 1) return [signals];
      const enlarged = {
        label: `${which}: the change, enlarged ${factor} times`,
        traces: [
          { name: "before", samples: new Float32Array(signalLength) },
          { name: "after", samples: change.map((value) => factor * value) },
        ],
      };
      return [signals, enlarged];
    });
    const share = rate > 0 ? `applied to ${formatPercent(rate)} of the views` : "off by default";
    files.push({
      name: `${index + 1}-${id}.svg`,
      title,
      content: ecgChart({
        title: `${title}, ${share}`,
        caption: `${explanation} Here: ${draws[0][id]}. ` +
          `${name}, seed ${seed}.`,
        samplingRate,
        panels,
        ...(showWhole ? {} : liveliest(before, after, samplingRate)),
      }),
    });
  }
  const { signals, draws } = await augmentRecords(gpu, records, {
    augmentations: DOCUMENTED_RATES,
    seed,
    returnDraws: true,
  });
  const view = (v: number) => signals.subarray(v * count * size, v * count * size + size);
  files.push({
    name: `${files.length + 1}-two-views.svg`,
    title: "Two views",
    content: ecgChart({
      title: "Two views at the documented rates",
      caption: `First view: ${list(draws[0])}. Second view: ${list(draws[count])}. ` +
        `${name}, seed ${seed}; in mV, before normalization.`,
      samplingRate,
      panels: SHOWN.flatMap((which): EcgPanel[] =>
        [0, 1].map((v) => ({
          label: `${which}, ${v === 0 ? "first" : "second"} view`,
          traces: [
            { name: "record", samples: lead(before, which) },
            { name: "view", samples: lead(view(v), which) },
          ],
        }))
      ),
    }),
  });
  return [...files, { name: "index.html", content: indexPage(name, files) }];
}

/** The stretch in which the squared change is largest. */
function liveliest(before: Float32Array, after: Float32Array, samplingRate: number) {
  const changes = new Float64Array(before.length / LEADS.length);
  before.forEach((value, j) => changes[Math.floor(j / LEADS.length)] += (after[j] - value) ** 2);
  const total = (from: number) =>
    changes.subarray(from * samplingRate, (from + SECONDS) * samplingRate)
      .reduce((sum, change) => sum + change, 0);
  let best = 0;
  // In steps of half a second; a later stretch has to be clearly better.
  for (let from = 0.5; (from + SECONDS) * samplingRate <= changes.length; from += 0.5) {
    if (total(from) > 1.001 * total(best)) best = from;
  }
  return { from: best, seconds: Math.min(SECONDS, changes.length / samplingRate - best) };
}

/** A round factor that makes a small change visible; 1 where it can be seen as it is. */
function enlargement(changes: readonly Float32Array[]): number {
  const largest = Math.max(
    ...changes.map((change) => change.reduce((most, value) => Math.max(most, Math.abs(value)), 0)),
  );
  return [100, 50, 20, 10, 5].find((factor) => factor * largest <= 0.9) ?? 1;
}

function list(draws: Draws): string {
  const parts = AUGMENTATION_TABLE.flatMap(({ name, title }) => {
    const drawn = draws[name];
    return drawn === undefined ? [] : [`${title[0].toLowerCase()}${title.slice(1)} (${drawn})`];
  });
  return parts.length > 0 ? parts.join("; ") : "nothing";
}

function indexPage(name: string, files: readonly { name: string; title: string }[]): string {
  const escaped = name.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Augmentations of ${escaped}</title>
<style>
  body { font-family: system-ui, sans-serif; max-width: 900px; margin: 2rem auto; padding: 0 1rem }
  img { width: 100%; height: auto; border: 1px solid #d1d9e0; margin: 0 0 2rem }
</style>
<h1>Augmentations of ${escaped}</h1>
${files.map((file) => `<img src="${file.name}" alt="${file.title}">`).join("\n")}
</html>
`;
}
