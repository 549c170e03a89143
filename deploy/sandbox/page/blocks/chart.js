// data_visualization blocks: line, bar, area and pie charts as SVG, each with the same figures as a table.

import { html, useEffect, useRef, useState } from "../vendor/htm-preact.js";
import { Icon } from "../icons.js";

// Okabe and Ito's palette (jfly.uni-koeln.de/color), told apart by most colour-blind people. Its black and
// yellow vanish on one of the two backgrounds and are left out. Dash and marker say the same again.
const SERIES = [
  { colour: "#0072b2", dash: "", marker: "circle" },
  { colour: "#d55e00", dash: "7 4", marker: "square" },
  { colour: "#009e73", dash: "2 4", marker: "triangle" },
  { colour: "#cc79a7", dash: "10 4 2 4", marker: "diamond" },
  { colour: "#e69f00", dash: "5 2 1 2 1 2", marker: "cross" },
  { colour: "#56b4e9", dash: "14 4", marker: "ring" },
];
// What dashes do for lines, hatching does for bars and slices.
const HATCH = [null, "M0 8 8 0M-2 2 2-2M6 10l4-4", "M0 4h8", "M2 2h2v2h-2zM6 6h2v2h-2z", "M0 0l8 8M8 0 0 8", "M4 0v8"];
const look = (index) => SERIES[index % SERIES.length];
const HEIGHT = 250;

/** How a chart's numbers are written: thousands set apart, and all with as many decimals as the longest needs, two at most. */
function numberFormat(values) {
  const decimals = Math.max(0, ...values.map((value) => (String(Math.round(value * 100) / 100).split(".")[1] ?? "").length));
  return (value) => value.toLocaleString("en-GB", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

const valuesOf = (chart) => (chart.type === "pie"
  ? chart.segments.map(({ value }) => value)
  : chart.series.flatMap(({ values }) => values.filter((value) => value !== undefined)));

/** About five round axis values that enclose the data. Bars and areas start at zero. */
function ticks(low, high, { fromZero }) {
  let bottom = fromZero ? Math.min(0, low) : low;
  let top = fromZero ? Math.max(0, high) : high;
  if (bottom === top) {
    bottom -= bottom ? Math.abs(bottom) * 0.1 : 0;
    top += top ? Math.abs(top) * 0.1 : 1;
  }
  const rough = (top - bottom) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough * 0.999);
  const from = Math.floor(bottom / step + 1e-9);
  const to = Math.ceil(top / step - 1e-9);
  return Array.from({ length: to - from + 1 }, (_, index) => Number(((from + index) * step).toPrecision(12)));
}

function Marker({ kind, x, y, colour, size = 4 }) {
  const s = size;
  const fill = { fill: colour };
  switch (kind) {
    case "square": return html`<rect x=${x - s} y=${y - s} width=${2 * s} height=${2 * s} ...${fill} />`;
    case "triangle": return html`<path d=${`M${x} ${y - s - 1}l${s + 1} ${2 * s}h${-2 * s - 2}z`} ...${fill} />`;
    case "diamond": return html`<path
        d=${`M${x} ${y - s - 1.5}l${s + 1.5} ${s + 1.5}-${s + 1.5} ${s + 1.5}-${s + 1.5}-${s + 1.5}z`} ...${fill} />`;
    case "cross": return html`<path d=${`M${x - s} ${y - s}l${2 * s} ${2 * s}M${x + s} ${y - s}l${-2 * s} ${2 * s}`}
      stroke=${colour} stroke-width="2.5" />`;
    case "ring": return html`<circle cx=${x} cy=${y} r=${s} fill="var(--surface)" stroke=${colour} stroke-width="2.5" />`;
    default: return html`<circle cx=${x} cy=${y} r=${s} ...${fill} />`;
  }
}

/** A surface in a series' colour with its hatching; `shape` is what an SVG rect or path needs. */
function Filled({ tag, index, id, shape }) {
  const hatch = HATCH[index % HATCH.length];
  return html`<g>
    <${tag} ...${shape} fill=${look(index).colour} />
    ${hatch && html`<pattern id=${`${id}-hatch-${index}`} width="8" height="8" patternUnits="userSpaceOnUse">
      <path d=${hatch} stroke="#fff" stroke-opacity="0.6" stroke-width="1.4" fill="none" /></pattern>
    <${tag} ...${shape} fill=${`url(#${id}-hatch-${index})`} />`}
  </g>`;
}

function Legend({ names, solid, id }) {
  return html`<ul class="chart-legend" aria-label="Legend">
    ${names.map((name, index) => {
      const { colour, dash, marker } = look(index);
      return html`<li><svg width=${solid ? 14 : 30} height="14" viewBox=${`0 -1 ${solid ? 14 : 30} 14`} aria-hidden="true">
        ${solid
          ? html`<${Filled} tag="rect" index=${index} id=${`${id}-key`} shape=${{ width: 14, height: 14, y: -1, rx: 3 }} />`
          : [html`<path d="M1 6h28" stroke=${colour} stroke-width="2.5" stroke-dasharray=${dash} fill="none" />`,
             html`<${Marker} kind=${marker} x=${15} y=${6} colour=${colour} size=${3.5} />`]}
      </svg>${name}</li>`;
    })}
  </ul>`;
}

/** Runs of neighbouring points; a category without a value ends one, so that it shows as a gap. */
function runs(values) {
  const out = [];
  let open = null;
  values.forEach((value, index) => {
    if (value === undefined) open = null;
    else if (open) open.push([index, value]);
    else out.push((open = [[index, value]]));
  });
  return out;
}

/** Which categories are labelled, so that the longest still has room: those marked with a sign before the others. */
function labelled(categories, room) {
  const longest = Math.max(...categories.map((category) => category.length), 1);
  const apart = Math.max(1, Math.ceil((longest * 6.4 + 12) / room));
  const marked = categories.flatMap((category, index) => (/^[^\p{L}\p{N}]/u.test(category) ? [index] : []));
  const chosen = new Set();
  for (const index of [...marked, ...categories.keys()]) {
    if ([...chosen].every((other) => Math.abs(other - index) >= apart)) chosen.add(index);
  }
  return chosen;
}

function Axes({ chart, width, active, setActive, id, title, description }) {
  const { type, categories, series, xLabel, yLabel } = chart;
  const values = valuesOf(chart);
  const marks = ticks(Math.min(...values, Infinity), Math.max(...values, -Infinity), { fromZero: type !== "line" });
  const number = numberFormat(marks);
  const widest = Math.max(...marks.map((mark) => number(mark).length));
  const left = 16 + widest * 6.6 + (yLabel ? 18 : 0);
  const right = 14;
  const top = 12;
  const bottom = HEIGHT - (xLabel ? 46 : 28);
  const room = (width - left - right) / Math.max(categories.length, 1);
  const x = (index) => left + room * (index + 0.5);
  const y = (value) => bottom - ((value - marks[0]) / (marks.at(-1) - marks[0])) * (bottom - top);
  const shown = labelled(categories, room);
  const base = y(Math.max(marks[0], 0));
  const barWidth = Math.min(36, (room * 0.78) / series.length);

  function onMove(event) {
    const box = event.currentTarget.getBoundingClientRect();
    const index = Math.floor((event.clientX - box.left - left) / room);
    setActive(index >= 0 && index < categories.length ? index : null);
  }

  return html`<svg width=${width} height=${HEIGHT} viewBox=${`0 0 ${width} ${HEIGHT}`} role="img"
    aria-labelledby=${`${id}-title ${id}-desc`} onMouseMove=${onMove} onMouseLeave=${() => setActive(null)}>
    <title id=${`${id}-title`}>${title}</title>
    <desc id=${`${id}-desc`}>${description}</desc>
    <g class="chart-grid">
      ${marks.map((mark) => html`<line x1=${left} x2=${width - right} y1=${y(mark)} y2=${y(mark)} />
        <text x=${left - 8} y=${y(mark) + 4} text-anchor="end">${number(mark)}</text>`)}
      ${categories.map((category, index) => shown.has(index) && html`<text x=${x(index)} y=${bottom + 18}
        text-anchor="middle">${category}</text>`)}
      ${xLabel && html`<text class="axis-label" x=${(left + width - right) / 2} y=${HEIGHT - 6}
          text-anchor="middle">${xLabel}</text>`}
      ${yLabel && html`<text class="axis-label" text-anchor="middle"
        transform=${`translate(13 ${(top + bottom) / 2}) rotate(-90)`}>${yLabel}</text>`}
    </g>
    ${active !== null && html`<rect class="chart-cursor" x=${x(active) - room / 2} y=${top} width=${room}
        height=${bottom - top} />`}
    ${series.map((entry, order) => {
      const { colour, dash, marker } = look(order);
      if (type === "bar") {
        return entry.values.map((value, index) => value !== undefined && html`<${Filled} tag="rect" index=${order} id=${id}
          shape=${{
            x: x(index) + (order - series.length / 2) * barWidth + 1, width: Math.max(barWidth - 2, 2),
            y: Math.min(y(value), base), height: Math.max(Math.abs(y(value) - base), 1), rx: 2,
          }} />`);
      }
      return runs(entry.values).map((run) => {
        const path = run.map(([index, value], step) => `${step ? "L" : "M"}${x(index)} ${y(value)}`).join("");
        return html`<g>
          ${type === "area" && html`<path fill=${colour} opacity="0.18"
            d=${`${path}L${x(run.at(-1)[0])} ${base}L${x(run[0][0])} ${base}z`} />`}
          <path d=${path} fill="none" stroke=${colour} stroke-width="2.4" stroke-dasharray=${dash} stroke-linejoin="round"
            stroke-linecap=${dash ? "butt" : "round"} />
          ${run.map(([index, value]) => (room > 9 || run.length === 1 || index === active) && html`<${Marker} kind=${marker}
            x=${x(index)} y=${y(value)} colour=${colour} size=${index === active ? 5 : 3.6} />`)}
        </g>`;
      });
    })}
  </svg>`;
}

function Pie({ chart, width, active, setActive, id, title, description }) {
  const total = chart.segments.reduce((sum, { value }) => sum + Math.max(value, 0), 0) || 1;
  const radius = 95;
  const [cx, cy] = [width / 2, HEIGHT / 2];
  const at = (share, distance) => {
    const angle = share * 2 * Math.PI - Math.PI / 2;
    return [cx + distance * Math.cos(angle), cy + distance * Math.sin(angle)];
  };
  let from = 0;
  return html`<svg width=${width} height=${HEIGHT} viewBox=${`0 0 ${width} ${HEIGHT}`} role="img"
    aria-labelledby=${`${id}-title ${id}-desc`} onMouseLeave=${() => setActive(null)}>
    <title id=${`${id}-title`}>${title}</title>
    <desc id=${`${id}-desc`}>${description}</desc>
    ${chart.segments.map(({ label, value }, index) => {
      // A whole circle has no arc from a point to itself; a hair less looks the same.
      const share = Math.min(Math.max(value, 0) / total, 0.9999);
      const [start, end, middle] = [from, from + share, from + share / 2];
      from = end;
      const [x1, y1] = at(start, radius);
      const [x2, y2] = at(end, radius);
      const [tx, ty] = at(middle, radius + 14);
      const side = Math.abs(tx - cx) < 12 ? "middle" : tx > cx ? "start" : "end";
      return html`<g onMouseEnter=${() => setActive(index)}>
        <g opacity=${active === null || active === index ? 1 : 0.55}><${Filled} tag="path" index=${index} id=${id} shape=${{
          class: "chart-slice", d: `M${cx} ${cy}L${x1} ${y1}A${radius} ${radius} 0 ${share > 0.5 ? 1 : 0} 1 ${x2} ${y2}z`,
        }} /></g>
        ${share > 0.03 && html`<text class="chart-direct" x=${tx} y=${ty + 4} text-anchor=${side}>${label} ${
          Math.round(share * 100)}%</text>`}
      </g>`;
    })}
  </svg>`;
}

/** The chart of a block in the shape drawn here: values line up with categories, undefined where one is missing. */
function readChart(chart) {
  if (chart.type === "pie") return { type: "pie", segments: chart.segments ?? [] };
  const series = chart.series ?? [];
  const categories = chart.axis_config?.categories ?? [...new Set(series.flatMap((entry) => entry.data.map(({ label }) => label)))];
  return {
    type: chart.type,
    categories,
    xLabel: chart.axis_config?.x_label,
    yLabel: chart.axis_config?.y_label,
    series: series.map((entry) => {
      const byLabel = new Map(entry.data.map(({ label, value }) => [label, value ?? undefined]));
      return { name: entry.name, values: categories.map((category) => byLabel.get(category)) };
    }),
  };
}

/** One sentence for each series, for those who hear the chart. */
function describe(chart) {
  const number = numberFormat(valuesOf(chart));
  if (chart.type === "pie") return chart.segments.map(({ label, value }) => `${label} ${number(value)}`).join(", ");
  return chart.series.map(({ name, values }) => {
    const known = values.map((value, index) => [chart.categories[index], value]).filter(([, value]) => value !== undefined);
    if (!known.length) return `${name}: no values.`;
    const sorted = known.map(([, value]) => value).sort((a, b) => a - b);
    return `${name}: from ${number(known[0][1])} (${known[0][0]}) to ${number(known.at(-1)[1])} (${known.at(-1)[0]}), ` +
      `lowest ${number(sorted[0])}, highest ${number(sorted.at(-1))}.`;
  }).join(" ");
}

function Figures({ chart, title }) {
  const number = numberFormat(valuesOf(chart));
  const header = chart.type === "pie" ? ["", "Value"] : ["", ...chart.series.map(({ name }) => name)];
  const rows = chart.type === "pie"
    ? chart.segments.map(({ label, value }) => [label, value])
    : chart.categories.map((category, index) => [category, ...chart.series.map(({ values }) => values[index])]);
  return html`<div class="table-scroll" tabindex="0" role="group" aria-label=${`${title}, as a table`}>
    <table>
      <thead><tr>${header.map((name) => (name ? html`<th scope="col" class="figure">${name}</th>` : html`<td></td>`))}</tr></thead>
      <tbody>${rows.map(([label, ...values]) => html`<tr><th scope="row">${label}</th>${values.map((value) =>
        html`<td class="figure">${value === undefined ? html`<span
            title="no value">–</span>` : number(value)}</td>`)}</tr>`)}</tbody>
    </table>
  </div>`;
}

/** What the pointer or the arrow keys rest on, in words. */
function Tooltip({ chart, active }) {
  if (active === null) return null;
  const number = numberFormat(valuesOf(chart));
  if (chart.type === "pie") {
    const { label, value } = chart.segments[active];
    return html`<div class="chart-tip"><b>${label}</b> ${number(value)}</div>`;
  }
  // On the other side of what it speaks of.
  const side = active >= chart.categories.length / 2 ? "chart-tip-left" : "";
  return html`<div class=${`chart-tip ${side}`}><b>${chart.categories[active]}</b>
    ${chart.series.map(({ name, values }, index) => html`<span><i style=${{ background: look(index).colour }}></i>${name}${" "}
      <b>${values[active] === undefined ? "no value" : number(values[active])}</b></span>`)}
  </div>`;
}

let lastId = 0;

export function Chart({ block }) {
  const [id] = useState(() => `chart-${++lastId}`);
  const [asTable, setAsTable] = useState(false);
  const [active, setActive] = useState(null);
  const [width, setWidth] = useState(0);
  const ref = useRef(null);
  const title = typeof block.title === "string" ? block.title : block.title?.text ?? "Chart";
  const chart = readChart(block.chart ?? {});
  const count = chart.type === "pie" ? chart.segments.length : chart.categories.length;
  const Drawing = chart.type === "pie" ? Pie : Axes;

  useEffect(() => {
    if (!ref.current) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry.contentRect.width)));
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [asTable]);

  function onKeyDown(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || !count) return;
    event.preventDefault();
    setActive(active === null ? (step > 0 ? 0 : count - 1) : Math.min(count - 1, Math.max(0, active + step)));
  }

  return html`<figure class="chart">
    <figcaption>
      <span class="chart-title">${title}</span>
      <button type="button" class="quiet-button" aria-pressed=${asTable} onClick=${() => setAsTable(!asTable)}>
        <${Icon} name=${asTable ? "chart" : "table"} size=${16} />${asTable ? "Show as chart" : "Show as table"}
      </button>
    </figcaption>
    ${asTable ? html`<${Figures} chart=${chart} title=${title} />` : html`
      <div ref=${ref} class="chart-drawing" tabindex="0" role="group" onKeyDown=${onKeyDown} onBlur=${() => setActive(null)}
        aria-label=${`${title}: arrow keys read the values`}>
        ${width > 0 && count > 0 && html`<${Drawing} chart=${chart} width=${width} active=${active} setActive=${setActive}
          id=${id} title=${title} description=${describe(chart)} />`}
        <div aria-live="polite"><${Tooltip} chart=${chart} active=${active} /></div>
      </div>
      <${Legend} names=${(chart.segments ?? chart.series).map((entry) => entry.label ?? entry.name)}
          solid=${["pie", "bar"].includes(chart.type)} id=${id} />`}
  </figure>`;
}
