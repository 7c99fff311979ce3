// What a report's page does: another theme, tables in another order, values under the pointer.
"use strict";

// Theme: the system's until the switch is used.
{
  const root = document.documentElement;
  const button = document.querySelector(".theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  const label = () => button.textContent = isDark() ? "Light" : "Dark";
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    label();
  });
  system.addEventListener("change", label);
  label();
}

// Tables: a click on a title sorts by its column, another one the other way round.
for (const table of document.querySelectorAll("table")) {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  const value = (row, column) => {
    const cell = row.cells[column];
    if (cell.dataset.sort !== undefined) return Number(cell.dataset.sort);
    return ["", "n/a", "–"].includes(cell.textContent) ? undefined : cell.textContent;
  };
  const compare = (a, b) =>
    typeof a === "number" && typeof b === "number"
      ? a - b
      : String(a).localeCompare(String(b), undefined, { numeric: true });
  heads.forEach((head, column) =>
    head.firstElementChild.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows].sort((first, second) => {
        const [a, b] = [value(first, column), value(second, column)];
        // What is not defined comes last, whichever way.
        if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
        return down ? compare(b, a) : compare(a, b);
      });
      body.append(...rows);
    })
  );
}

// Curves: the values nearest to the pointer, or one by one with the arrow keys.
const tip = document.querySelector(".values");
for (const figure of document.querySelectorAll("[data-curves]")) {
  const svg = figure.querySelector("svg");
  const panels = JSON.parse(figure.querySelector("script").textContent);
  const lines = [...svg.querySelectorAll('[aria-roledescription="line mark"]')];
  // Lines stand in the order of panels and series; each has a point for every value that is defined.
  const curves = panels.flatMap((panel) =>
    panel.series.flatMap((series) => {
      const shown = series.x.map((_, i) => i)
        .filter((i) => series.x[i] !== null && series.y[i] !== null);
      if (series.x.length === 0) return [];
      const line = lines.shift();
      const places = [...(line.getAttribute("d") ?? "").matchAll(/[ML]([-\d.e]+),([-\d.e]+)/g)];
      return [{ panel, series, line, shown, places: places.map(([, x, y]) => [+x, +y]) }];
    })
  ).filter(({ shown, places }) => shown.length > 0 && places.length >= shown.length);
  const ofPanel = (panel) => curves.filter((curve) => curve.panel === panel);
  let marks = [];
  const hide = () => {
    tip.hidden = true;
    for (const mark of marks) mark.remove();
    marks = [];
  };
  const add = (parent, name, attributes) => {
    const mark = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, setting] of Object.entries(attributes)) mark.setAttribute(key, setting);
    parent.append(mark);
    marks.push(mark);
  };
  /** Shows what the curves of a panel have at the place nearest to x, in the panel's pixels. */
  const show = (panel, x) => {
    hide();
    const own = ofPanel(panel);
    const nearest = ({ places, shown }) =>
      places.slice(0, shown.length).reduce(
        (best, place, i) => Math.abs(place[0] - x) < Math.abs(places[best][0] - x) ? i : best,
        0,
      );
    const [lead] = own.map((curve) => ({
      curve,
      distance: Math.abs(curve.places[nearest(curve)][0] - x),
    }))
      .sort((a, b) => a.distance - b.distance);
    const at = lead.curve.places[nearest(lead.curve)][0];
    const write = (number) => Number(number.toPrecision(3));
    const title = document.createElement("div");
    title.textContent = `${panel.x}: ${
      write(lead.curve.series.x[lead.curve.shown[nearest(lead.curve)]])
    }`;
    tip.replaceChildren(title);
    for (const curve of own) {
      const i = nearest(curve);
      if (Math.abs(curve.places[i][0] - at) > 3) continue;
      const { series, shown, line, places } = curve;
      const k = shown[i];
      const band = series.low?.[k] != null && series.high?.[k] != null
        ? ` (${write(series.low[k])} to ${write(series.high[k])})`
        : "";
      const row = document.createElement("div");
      row.textContent = `${series.name}: ${write(series.y[k])}${band}`;
      row.style.setProperty("--color", getComputedStyle(line).stroke);
      tip.append(row);
      add(line.parentNode, "circle", {
        class: "dot",
        cx: places[i][0],
        cy: places[i][1],
        r: 4.5,
        fill: line.getAttribute("stroke"),
      });
    }
    tip.hidden = false;
    const place = new DOMPoint(at, lead.curve.places[nearest(lead.curve)][1])
      .matrixTransform(lead.curve.line.getScreenCTM());
    const left = place.x + 18 + tip.offsetWidth > innerWidth
      ? place.x - 18 - tip.offsetWidth
      : place.x + 18;
    tip.style.left = `${Math.max(4, left)}px`;
    tip.style.top = `${Math.min(innerHeight - tip.offsetHeight - 4, Math.max(4, place.y - 20))}px`;
    current = { panel, index: nearest(lead.curve), curve: lead.curve };
  };
  let current;
  figure.addEventListener("pointermove", (event) => {
    const point = new DOMPoint(event.clientX, event.clientY);
    for (const panel of panels) {
      const [first] = ofPanel(panel);
      if (first === undefined) continue;
      const { x, y } = point.matrixTransform(first.line.getScreenCTM().inverse());
      const box = extent(first.line);
      if (x >= -4 && x <= box.width + 4 && y >= -4 && y <= box.height + 4) return show(panel, x);
    }
    hide();
  });
  figure.addEventListener("pointerleave", hide);
  figure.addEventListener("blur", hide);
  figure.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") return hide();
    const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (step === undefined || curves.length === 0) return;
    const { panel, curve, index } = current ?? { panel: panels[0], curve: curves[0], index: -1 };
    const place = curve.places[Math.min(curve.shown.length - 1, Math.max(0, index + step))];
    show(panel, place[0]);
  });
}

/** Size of the plotting area that a mark lies in: its view's background. */
function extent(line) {
  const group = line.closest(".mark-group.role-scope") ?? line.closest(".mark-group");
  const [, width, height] = group.querySelector(".background").getAttribute("d")
    .match(/h([\d.]+)v([\d.]+)/) ?? [0, 0, 0];
  return { width: Number(width), height: Number(height) };
}
