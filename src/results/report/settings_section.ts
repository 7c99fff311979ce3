/**
 * Everything that is needed to get the same numbers again: settings, seeds, versions, commands, and
 * which files could not be read.
 *
 * @module
 */

import type { JsonValue } from "../../checkpoint/state_dict.ts";
import type { Block, Section, Table } from "./document.ts";
import type { Run } from "../read_run.ts";
import { count } from "./cells.ts";
import type { Material } from "./configurations.ts";
import { entriesAt, field, listAt, textAt } from "./json_fields.ts";
import { pretrainingGroups, type RunGroup } from "./learning_section.ts";

/** Settings that differ from run to run by their nature, or have a table of their own. */
const OWN_PLACE = new Set(["seed", "out", "commandLine", "started", "version", "deno", "adapter"]);

/** Settings, seeds and versions. */
export function settingsSection(material: Material): Section {
  const { multiseed } = material;
  const blocks: Block[] = [{
    kind: "text",
    text: "Settings as each run noted them. A cell with several values says that the runs of a " +
      "configuration differ in it.",
  }];
  const groups = groupsOf(material);
  if (multiseed !== undefined) blocks.push({ kind: "table", table: methodsTable(multiseed) });
  if (groups.length === 0) {
    blocks.push({
      kind: "missing",
      what: "Settings: no run folder",
      command: "deno task train-multiseed",
    });
  } else {
    blocks.push(
      { kind: "table", table: settingsTable(groups) },
      { kind: "table", table: runsTable(groups) },
    );
  }
  return { id: "settings", title: "Settings, seeds and versions", blocks };
}

function groupsOf(material: Material): RunGroup[] {
  return [
    ...[...material.configurations, ...material.singles].map(({ name, seeds }) => ({
      name,
      runs: seeds.flatMap(({ run }) => run ?? []),
    })),
    ...pretrainingGroups(material),
  ].filter(({ runs }) => runs.length > 0);
}

function methodsTable({ path, content }: NonNullable<Material["multiseed"]>): Table {
  const methods = entriesAt(content, "methods");
  const keys = [...new Set(methods.flatMap(([, method]) => entriesAt(method).map(([key]) => key)))];
  return {
    caption: `The experiment on ${textAt(content, "data") ?? "data not noted"}, seeds ` +
      `${listAt(content, "seeds").join(", ")}` +
      (field(content, "quick_mode") === true ? ", quick mode" : "") + `. Source: ${path}`,
    columns: ["configuration", ...keys.map((key) => key.replaceAll("_", " "))],
    rows: methods.map(([name, method]) => [name, ...keys.map((key) => write(field(method, key)))]),
  };
}

function settingsTable(groups: readonly RunGroup[]): Table {
  const flat = groups.map(({ runs }) => runs.map(({ config }) => new Map(flatten(config))));
  const keys = [...new Set(flat.flatMap((runs) => runs.flatMap((run) => [...run.keys()])))];
  return {
    caption: "All settings. Source: config.json of the runs",
    columns: ["setting", ...groups.map(({ name }) => name)],
    rows: keys.map((key) => [
      key,
      ...flat.map((runs) => [...new Set(runs.map((run) => run.get(key) ?? ""))].join(" | ")),
    ]),
  };
}

/** Nested settings by their path, `adam.weightDecay`. */
function flatten(value: JsonValue, prefix = ""): [string, string][] {
  return entriesAt(value).flatMap(([key, inner]): [string, string][] => {
    if (prefix === "" && OWN_PLACE.has(key)) return [];
    const nested = flatten(inner, `${prefix}${key}.`);
    return nested.length > 0 ? nested : [[prefix + key, write(inner)]];
  });
}

function write(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return "–";
  if (Array.isArray(value)) return value.map(write).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function runsTable(groups: readonly RunGroup[]): Table {
  const noted = (run: Run, key: string) => textAt(run.config, key) ?? "not noted";
  return {
    caption: "The runs. Source: config.json of each folder",
    columns: ["training", "seed", "folder", "started", "version", "Deno", "adapter", "state"],
    rows: groups.flatMap(({ name, runs }) =>
      runs.map((run) => [
        name,
        count(Number(run.config.seed ?? NaN)),
        run.path,
        noted(run, "started"),
        noted(run, "version"),
        noted(run, "deno"),
        noted(run, "adapter"),
        run.state,
      ])
    ),
  };
}

/** The commands behind the numbers. */
export function commandsSection(material: Material): Section {
  const { folder } = material;
  const runs = groupsOf(material).flatMap((group) => group.runs);
  const lines = [
    ...runs.map(({ config }) => textAt(config, "commandLine")),
    ...folder.files.map(({ content }) => textAt(content, "command_line")),
    textAt(folder.statistics?.content, "command_line"),
  ].flatMap((line) => line ?? []);
  const commands = [...new Set(lines)];
  const silent = [
    ...runs.filter(({ config }) => textAt(config, "commandLine") === undefined)
      .map(({ path, config }) => [path, textAt(config, "command") ?? "not noted"]),
    ...folder.files.filter(({ kind, content }) =>
      kind !== "train-multiseed" && textAt(content, "command_line") === undefined
    ).map(({ path, kind }) => [path, kind === "robustness" ? "evaluate" : kind]),
    ...(folder.statistics && textAt(folder.statistics.content, "command_line") === undefined
      ? [[folder.statistics.path, "statistical-tests"]]
      : []),
  ];
  const blocks: Block[] = [{
    kind: "text",
    text: "As they were typed. The same seed, adapter and version give the same bits.",
  }];
  if (commands.length > 0) blocks.push({ kind: "commands", commands });
  if (silent.length > 0) {
    blocks.push({
      kind: "table",
      table: {
        caption:
          "Results whose command line was not noted; their settings are above or in the file",
        columns: ["result", "command"],
        rows: silent,
      },
    });
  }
  if (commands.length === 0 && silent.length === 0) {
    blocks.push({
      kind: "missing",
      what: "Commands: there are no results",
      command: "deno task train-multiseed",
    });
  }
  if (folder.damaged.length > 0) {
    blocks.push({
      kind: "table",
      table: {
        caption: "Files that could not be read; nothing in this report comes from them",
        columns: ["file", "reason"],
        rows: folder.damaged.map(({ path, reason }) => [path, reason]),
      },
    });
  }
  return { id: "reproduction", title: "Reproduction", blocks };
}
