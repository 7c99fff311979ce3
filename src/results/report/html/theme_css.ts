/**
 * Colors of the page in both themes. Charts are drawn once, on light paper; rules give each of
 * their colors the one of the theme.
 */

import { type ChartColors, chartColors, FONT } from "../../../plots/style.ts";

/** Names of custom properties and the color of each, in one order for all themes. */
function properties(colors: ChartColors): [name: string, color: string][] {
  const { series, ...rest } = colors;
  return [
    ...Object.entries(rest).map(([role, color]): [string, string] => [`--${role}`, color]),
    ...series.map((color, i): [string, string] => [`--series-${i}`, color]),
  ];
}

/**
 * Custom properties for light and dark, by the system's preference unless the page has a
 * `data-theme`, and the rules that recolor charts.
 */
export function themeCss(): string {
  const declare = (theme: "light" | "dark") =>
    `color-scheme: ${theme}; ` +
    properties(chartColors(theme)).map(([name, color]) => `${name}: ${color};`).join(" ");
  const recolor = properties(chartColors("light")).flatMap(([name, color]) =>
    ["fill", "stroke"].map((attribute) =>
      `.chart [${attribute}="${color}"] { ${attribute}: var(${name}); }`
    )
  );
  return [
    `:root { ${declare("light")} --font: ${FONT}; }`,
    `@media (prefers-color-scheme: dark) {`,
    `  :root:not([data-theme="light"]) { ${declare("dark")} }`,
    `}`,
    `:root[data-theme="dark"] { ${declare("dark")} }`,
    `@media print { :root, :root[data-theme="dark"] { ${declare("light")} } }`,
    ...recolor,
  ].join("\n");
}
