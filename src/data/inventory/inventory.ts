/** What a data set holds, in a form that is shown, drawn and written without knowing the set. */

/** Options of an inventory. */
export interface InventoryOptions {
  /** Read every sample and compare checksums, instead of comparing sizes with the headers. */
  readonly verify?: boolean;
  /** Called with the number of records examined so far and the number of all. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops the work. */
  readonly signal?: AbortSignal;
}

/** What was found. Missing and damaged records are part of it. */
export interface Inventory {
  /** What the set calls itself. */
  readonly name: string;
  /** Totals by name; what is undefined is not shown. */
  readonly totals: Readonly<Record<string, string | undefined>>;
  readonly tables: readonly CountTable[];
  /** Headings with entries, such as damaged records; a heading without entries is a note. */
  readonly lists: readonly { readonly title: string; readonly entries: readonly string[] }[];
  readonly figures: readonly CountFigure[];
  /** Everything, with the keys of the JSON file. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** Counts by group. */
export interface CountTable {
  /** A line above the table. */
  readonly title?: string;
  /** What a group is, over the first column. */
  readonly groupTitle: string;
  readonly columns: readonly string[];
  /** Counts, or texts, of each group. */
  readonly rows: readonly { readonly name: string; readonly cells: readonly (number | string)[] }[];
}

/** Counts to draw. */
export interface CountFigure {
  readonly file: string;
  /**
   * `bars`: one series; `grouped`: several side by side; `together`: records with both of two values, a
   * square of counts, whose shares of the row's own count are drawn.
   */
  readonly kind: "bars" | "grouped" | "together";
  readonly title: string;
  readonly caption: string;
  readonly groupTitle: string;
  readonly groups: readonly string[];
  /** What is counted. */
  readonly valueTitle: string;
  /** A value for each group. */
  readonly series: readonly { readonly name: string; readonly values: readonly number[] }[];
}

/** Items that share a value. */
export interface Group<Item> {
  readonly name: string;
  readonly members: readonly Item[];
}

/**
 * Groups items by a value, or by several: an item then is in several groups.
 *
 * @param valuesOf Value or values of an item
 * @param names The groups in their order, empty ones included; without, the largest group comes first
 */
export function groupBy<Item>(
  items: readonly Item[],
  valuesOf: (item: Item) => string | Iterable<string>,
  names?: readonly string[],
): Group<Item>[] {
  const groups = new Map<string, Item[]>(names?.map((name) => [name, []]));
  for (const item of items) {
    const values = valuesOf(item);
    for (const name of typeof values === "string" ? [values] : new Set(values)) {
      const members = groups.get(name);
      if (members === undefined) groups.set(name, [item]);
      else members.push(item);
    }
  }
  const found = [...groups].map(([name, members]) => ({ name, members }));
  if (names !== undefined) return found;
  return found.sort((a, b) =>
    b.members.length - a.members.length || a.name.localeCompare(b.name, "en")
  );
}

/** Number of members by name, for JSON. */
export function sizes(groups: readonly Group<unknown>[]): Record<string, number> {
  return Object.fromEntries(groups.map(({ name, members }) => [name, members.length]));
}

/** Entries under a heading, or nothing where there are none. */
export function listOf(title: string, entries: readonly string[]): Inventory["lists"] {
  return entries.length === 0 ? [] : [{ title, entries }];
}
