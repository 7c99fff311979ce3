/**
 * The messages of TensorBoard that a training run needs, as Protocol Buffers. Field numbers from
 * `event.proto`, `summary.proto`, `tensor.proto` and the hparams plugin's `plugin_data.proto`:
 *
 * ```text
 * Event             1 wall_time (double)  2 step (int64)  3 file_version (string)  5 summary
 * Summary           1 value, repeated
 * Summary.Value     1 tag (string)  2 simple_value (float)  8 tensor  9 metadata
 * SummaryMetadata   1 plugin_data { 1 plugin_name (string)  2 content (bytes) }
 * TensorProto       1 dtype (enum)  2 tensor_shape { 2 dim { 1 size } }
 * HParamsPluginData 3 session_start_info  4 session_end_info
 * SessionStartInfo  1 hparams (map: 1 key, 2 Value)  5 start_time_secs (double)
 * SessionEndInfo    1 status (enum)  2 end_time_secs (double)
 * Value             2 number_value (double)  3 string_value  4 bool_value
 * ```
 */

import { PbfWriter } from "pbf";

/** One message of an event file. Wall times are seconds since 1970. */
export type Event =
  /** Opens every file. */
  | { readonly kind: "version"; readonly wallTime: number }
  /** Values of one step by their tags, such as `train/loss`. */
  | {
    readonly kind: "scalars";
    readonly wallTime: number;
    readonly step: number;
    readonly values: Readonly<Record<string, number>>;
  }
  /** The run begins, with these settings. */
  | {
    readonly kind: "session start";
    readonly wallTime: number;
    readonly settings: Readonly<Record<string, SettingValue>>;
  }
  /** The run is finished. */
  | { readonly kind: "session end"; readonly wallTime: number };

/** What a setting can be in TensorBoard. */
export type SettingValue = number | string | boolean;

/**
 * Encodes an event. Values are kept as 32-bit floats, which is all that TensorBoard has for them.
 */
export function encodeEvent(event: Event): Uint8Array {
  const writer = new PbfWriter();
  writer.writeDoubleField(1, event.wallTime);
  switch (event.kind) {
    case "version":
      writer.writeStringField(3, "brain.Event:2");
      break;
    case "scalars":
      // Protocol Buffers leave zeros out.
      if (event.step !== 0) writer.writeVarintField(2, event.step);
      nest(writer, 5, (summary) => writeScalars(event.values, summary));
      break;
    case "session start":
      writeSession(writer, "session_start_info", (content) => writeStart(event, content));
      break;
    case "session end":
      writeSession(writer, "session_end_info", (content) => writeEnd(event, content));
  }
  return writer.finish();
}

type EventOf<Kind> = Extract<Event, { readonly kind: Kind }>;

/** A message in a field of another. */
function nest(outer: PbfWriter, field: number, write: (inner: PbfWriter) => void): void {
  outer.writeMessage(field, (_, inner) => write(inner), undefined);
}

/** Summary */
function writeScalars(values: Readonly<Record<string, number>>, summary: PbfWriter): void {
  for (const [tag, number] of Object.entries(values)) {
    nest(summary, 1, (value) => {
      value.writeStringField(1, tag);
      value.writeFloatField(2, number);
    });
  }
}

/** DataType.DT_FLOAT */
const FLOAT = 1;

/** Summary with one value of the hparams plugin: an empty tensor of floats, and metadata. */
function writeSession(
  event: PbfWriter,
  name: string,
  write: (content: PbfWriter) => void,
): void {
  const content = new PbfWriter();
  write(content);
  const writeValue = (value: PbfWriter) => {
    value.writeStringField(1, `_hparams_/${name}`);
    nest(value, 8, (tensor) => {
      tensor.writeVarintField(1, FLOAT);
      nest(tensor, 2, (shape) => nest(shape, 2, () => {})); // one dimension, of size 0
    });
    nest(value, 9, (metadata) =>
      nest(metadata, 1, (plugin) => {
        plugin.writeStringField(1, "hparams");
        plugin.writeBytesField(2, content.finish());
      }));
  };
  nest(event, 5, (summary) => nest(summary, 1, writeValue));
}

/** HParamsPluginData with a SessionStartInfo */
function writeStart(event: EventOf<"session start">, content: PbfWriter): void {
  nest(content, 3, (start) => {
    for (const [key, setting] of Object.entries(event.settings)) {
      nest(start, 1, (entry) => {
        entry.writeStringField(1, key);
        nest(entry, 2, (value) => writeSetting(setting, value));
      });
    }
    start.writeDoubleField(5, event.wallTime);
  });
}

/** google.protobuf.Value */
function writeSetting(setting: SettingValue, value: PbfWriter): void {
  if (typeof setting === "number") value.writeDoubleField(2, setting);
  else if (typeof setting === "string") value.writeStringField(3, setting);
  else value.writeBooleanField(4, setting);
}

/** Status.STATUS_SUCCESS */
const SUCCESS = 1;

/** HParamsPluginData with a SessionEndInfo */
function writeEnd(event: EventOf<"session end">, content: PbfWriter): void {
  nest(content, 4, (end) => {
    end.writeVarintField(1, SUCCESS);
    end.writeDoubleField(2, event.wallTime);
  });
}
