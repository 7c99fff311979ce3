/** How long a list of trainings still takes, learned from those at work. */

/** What a new measurement leaves of the weight of those before it, for each of its units. */
const MEMORY = 0.9;

/** A training, as far as its time goes. */
export interface Workload {
  /** Trainings of one kind take equally long an epoch: `simclr`, `classifier`. */
  readonly kind: string;
  readonly epochs: number;
  /** Cost of an epoch, above 0, in any unit; used until an epoch of this kind is measured. */
  readonly epochCost: number;
  /** The same for everything before the first and after the last epoch. */
  readonly overheadCost: number;
}

/** Units of one kind, such as epochs of pretraining: what is left, and what was measured. */
interface Kind {
  readonly cost: number;
  left: number;
  /** Seconds and units measured, faded by age. */
  seconds: number;
  units: number;
}

/** A training at work. */
interface Working {
  /** When it last reported, ms. */
  reported: number;
  /** Epochs done by then; undefined before its first report. */
  epochs: number | undefined;
  /** Seconds until its first report. */
  setup: number;
}

/**
 * Follows trainings that run one after another or several at a time. Every kind learns its own
 * seconds an epoch, newer measurements counting more. A kind without a measurement takes the mean of
 * those that have one, by the ratio of their costs.
 */
export class TimeLeft {
  readonly #kinds = new Map<string, Kind>();
  readonly #working = new Map<Workload, Working>();
  readonly #jobs: number;
  readonly #now: () => number;

  /**
   * @param loads All that is to be done; told apart by identity.
   * @param options.jobs How many run at a time; default 1.
   * @param options.now A clock in milliseconds.
   */
  constructor(
    loads: readonly Workload[],
    { jobs = 1, now = () => performance.now() }: { jobs?: number; now?: () => number } = {},
  ) {
    this.#jobs = jobs;
    this.#now = now;
    for (const { kind, epochs, epochCost, overheadCost } of loads) {
      this.#plan(kind, epochs, epochCost);
      this.#plan(overheadOf(kind), 1, overheadCost);
    }
  }

  /** The training begins. */
  started(load: Workload): void {
    this.#working.set(load, { reported: this.#now(), epochs: undefined, setup: 0 });
  }

  /**
   * The training has done so many epochs, with a fraction of the present one. The first report tells
   * the epochs of an earlier start, or little more than 0.
   */
  progress(load: Workload, epochs: number): void {
    const working = this.#working.get(load);
    if (working === undefined || epochs <= (working.epochs ?? -1)) return;
    const seconds = this.#since(working);
    if (working.epochs === undefined) {
      working.setup = seconds;
      this.#done(load.kind, epochs);
    } else {
      this.#done(load.kind, epochs - working.epochs, seconds);
    }
    working.epochs = epochs;
  }

  /** The training has ended: after its last epoch, stopped early, failed, or found done. */
  ended(load: Workload): void {
    const { kind } = load;
    const working = this.#working.get(load);
    this.#working.delete(load);
    const epochs = working?.epochs ?? 0;
    this.#done(kind, Math.max(0, load.epochs - epochs));
    // A training that failed early does not tell how long the end of one takes.
    const whole = working?.epochs !== undefined && epochs >= load.epochs;
    this.#done(overheadOf(kind), 1, whole ? working.setup + this.#since(working) : undefined);
  }

  /** Seconds until all are done; NaN before the first measurement, 0 when nothing is left. */
  get seconds(): number {
    const kinds = [...this.#kinds.values()];
    const measured = kinds.filter(({ units }) => units > 0);
    const perCost =
      measured.reduce((sum, { seconds, units, cost }) => sum + seconds / (units * cost), 0) /
      measured.length; // NaN without any
    return kinds.reduce((sum, { left, seconds, units, cost }) => {
      if (left === 0) return sum;
      return sum + left * (units > 0 ? seconds / units : perCost * cost);
    }, 0) / this.#jobs;
  }

  #plan(name: string, units: number, cost: number): void {
    const known = this.#kinds.get(name);
    if (known) known.left += units;
    else this.#kinds.set(name, { cost, left: units, seconds: 0, units: 0 });
  }

  /** Takes units off what is left; without `seconds` they were not measured. */
  #done(name: string, units: number, seconds?: number): void {
    const kind = this.#kinds.get(name)!;
    kind.left = Math.max(0, kind.left - units);
    if (seconds === undefined) return;
    const kept = MEMORY ** units;
    kind.seconds = kept * kind.seconds + seconds;
    kind.units = kept * kind.units + units;
  }

  #since(working: Working): number {
    const now = this.#now();
    const seconds = (now - working.reported) / 1000;
    working.reported = now;
    return seconds;
  }
}

function overheadOf(kind: string): string {
  return `around the epochs of ${kind}`;
}
