/**
 * Everything that is needed to get the same numbers again: settings, seeds, versions, commands, and
 * which files could not be read.
 */

import type { JsonValue } from "../../../checkpoint/state_dict.ts";
import { flattenSettings } from "../../flat_settings.ts";
import type { RunConfig } from "../../run_files.ts";
import { count } from "../cells.ts";
import { type Column, type MaybeBlock, missing, section, table } from "../document.ts";
import { type ReportInput, type RunGroup, runGroups } from "../report_input.ts";
import type { FileOf } from "../results_folder.ts";

/** Settings that differ from run to run by their nature, or have a table of their own. */
const OWN_PLACE = new Set(["seed", "out", "commandLine", "started", "version", "deno", "adapter"]);

const NOT_NOTED = "not noted";

/** Settings, seeds and versions. */
export function settingsSection(input: ReportInput) {
  const groups = runGroups(input);
  return section(
    "settings",
    "Settings, seeds and versions",
    "Settings as each run noted them. A cell with several values says that the runs of a " +
      "configuration differ in it.",
    input.multiseed !== undefined && methodsTable(input.multiseed),
    groups.length === 0 && missing("train-multiseed", "Settings: no run folder"),
    settingsTable(groups),
    table(
      "The runs. Source: config.json of each folder",
      groups.flatMap(({ name, runs }) => runs.map((run) => ({ name, ...run }))),
      [
        ["training", ({ name }) => name],
        ["seed", ({ config }) => count(config.seed ?? NaN)],
        ["folder", ({ path }) => path],
        ["started", ({ config }) => config.started ?? NOT_NOTED],
        ["version", ({ config }) => config.version ?? NOT_NOTED],
        ["Deno", ({ config }) => config.deno ?? NOT_NOTED],
        ["adapter", ({ config }) => config.adapter ?? NOT_NOTED],
        ["state", ({ state }) => state],
      ],
    ),
  );
}

function methodsTable({ path, content }: FileOf<"train-multiseed">): MaybeBlock {
  const { methods, data = "data not noted", seeds, quick_mode } = content;
  const keys = [...new Set(Object.values(methods).flatMap(Object.keys))];
  return table(
    `The experiment on ${data}, seeds ${seeds.join(", ")}` +
      (quick_mode ? ", quick mode" : "") + `. Source: ${path}`,
    Object.entries(methods),
    [
      ["configuration", ([name]) => name],
      ...keys.map((key): Column<[string, Record<string, unknown>]> => [
        key.replaceAll("_", " "),
        ([, method]) => write(method[key] as JsonValue | undefined),
      ]),
    ],
  );
}

function settingsTable(groups: readonly RunGroup[]): MaybeBlock {
  const flat = groups.map(({ name, runs }) => ({
    name,
    runs: runs.map(({ config }) => settingsOf(config)),
  }));
  const keys = [...new Set(flat.flatMap(({ runs }) => runs.flatMap(Object.keys)))];
  return table("All settings. Source: config.json of the runs", keys, [
    ["setting", (key) => key.replaceAll("/", ".")],
    ...flat.map(({ name, runs }): Column<string> => [
      name,
      (key) => [...new Set(runs.map((run) => run[key] ?? ""))].join(" | "),
    ]),
  ]);
}

/** Settings by their path, such as `adam/weightDecay`. */
function settingsOf(config: RunConfig): Record<string, string> {
  return Object.fromEntries(
    Object.entries(flattenSettings(config as Record<string, JsonValue>))
      .filter(([key]) => !OWN_PLACE.has(key))
      .map(([key, value]) => [key, write(value as JsonValue)]),
  );
}

function write(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return "–";
  if (Array.isArray(value)) return value.map(write).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The commands that made the numbers. */
export function commandsSection(input: ReportInput) {
  const { files, statistics, damaged } = input.folder;
  // The file of train-multiseed has its command lines in the runs.
  const results = files.filter(({ kind, path }) =>
    kind !== "train-multiseed" && path !== statistics?.path
  );
  const made = [
    ...runGroups(input).flatMap(({ runs }) => runs).map(({ path, config }) => ({
      path,
      command: config.command ?? NOT_NOTED,
      line: config.commandLine,
    })),
    ...[...results, ...(statistics ? [statistics] : [])].map(({ path, kind, content }) => ({
      path,
      command: "command" in content ? content.command ?? kind : kind,
      line: "command_line" in content ? content.command_line : undefined,
    })),
  ];
  const commands = [...new Set(made.flatMap(({ line }) => line ?? []))];
  return section(
    "reproduction",
    "Reproduction",
    "As they were typed. The same seed, adapter and version give the same bits.",
    commands.length > 0 && { kind: "commands", commands },
    table(
      "Results whose command line was not noted; their settings are above or in the file",
      made.filter(({ line }) => line === undefined || line === null),
      [["result", ({ path }) => path], ["command", ({ command }) => command]],
    ),
    made.length === 0 && missing("train-multiseed", "Commands: there are no results"),
    table("Files that could not be read; nothing in this report comes from them", damaged, [
      ["file", ({ path }) => path],
      ["reason", ({ reason }) => reason],
    ]),
  );
}
