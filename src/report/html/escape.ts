/**
 * Text for HTML.
 *
 * @module
 */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Text for elements and for quoted attributes.
 *
 * @example
 * ```ts
 * import { escapeHtml } from "ssrl-ecg/src/report/html/escape.ts";
 * console.assert(escapeHtml(`<b title="a&b">`) === "&lt;b title=&quot;a&amp;b&quot;&gt;");
 * ```
 */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character]);
}

/**
 * JSON for a script element, whose end no text in it can write.
 *
 * @example
 * ```ts
 * import { scriptJson } from "ssrl-ecg/src/report/html/escape.ts";
 * console.assert(!scriptJson({ name: "</script>" }).includes("<"));
 * ```
 */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}
