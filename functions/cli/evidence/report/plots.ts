/** Plots as SVG without a browser: the same figures give the same bytes. */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Estimate } from '../../../evidence/intervals.ts';

export interface IntervalPlot {
  kind: 'intervals';
  title: string;
  /** From the top down; null: too few, so that only the name stands there. */
  rows: { label: string; estimate: Estimate | null }[];
  axis: string;
  /** Values between which the axis runs, and the one that says "nothing". */
  from: number;
  to: number;
  nothing: number | null;
  percent: boolean;
}

export interface CountPlot {
  kind: 'counts';
  title: string;
  /** Whole figures, one for each of those counted. */
  values: number[];
  /** Width of a bar. */
  step: number;
  axis: string;
  count: string;
}

export type PlotOf = IntervalPlot | CountPlot;

const width = 680;
const rowHeight = 26;
/** Widest label, in letters of half width. */
const widest = 34;

/** Self-contained SVG. */
export function svgOf(plot: PlotOf): string {
  // Without a canvas linkedom measures nothing, and Plot asks it for nothing but elements.
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const made = plot.kind === 'intervals' ? intervals(plot) : counts(plot);
  return Plot.plot({ ...made, document, width, ariaLabel: plot.title }).outerHTML;
}

function intervals({ rows, axis, from, to, nothing, percent }: IntervalPlot): Plot.PlotOptions {
  // Two rows may have one name; places have not.
  const places = rows.map((_, i) => String(i));
  const shown = rows.flatMap(({ estimate }, i) =>
    estimate ? [{ ...estimate, place: String(i) }] : [],
  );
  const names = rows.map(({ label }) => shortened(label));
  return {
    height: rows.length * rowHeight + 65,
    marginBottom: 45,
    marginLeft: 16 + 6.2 * Math.max(4, ...names.map(widthOf)),
    x: {
      domain: [from, to],
      label: axis,
      grid: true,
      clamp: true,
      ...(percent ? { tickFormat: '%' } : {}),
    },
    y: { domain: places, label: null, tickFormat: (place: string) => names[Number(place)] ?? '' },
    style: { fontSize: '12px' },
    marks: [
      ...(nothing === null ? [] : [Plot.ruleX([nothing], { strokeDasharray: '4,3' })]),
      Plot.link(shown, {
        x1: 'low',
        x2: 'high',
        y1: 'place',
        y2: 'place',
        strokeWidth: 3,
        strokeOpacity: 0.45,
      }),
      Plot.dot(shown, {
        x: 'value',
        y: 'place',
        r: 5,
        fill: 'currentColor',
      }),
    ],
  };
}

function counts({ values, step, axis, count }: CountPlot): Plot.PlotOptions {
  const bars = [...Map.groupBy(values, (value) => Math.floor(value / step) * step)]
    .sort(([a], [b]) => a - b)
    .map(([from, some]) => ({ from, to: from + step, n: some.length }));
  return {
    height: 215,
    marginBottom: 45,
    x: { label: axis, domain: [0, Math.max(step, ...bars.map(({ to }) => to))] },
    y: { label: count, grid: true },
    style: { fontSize: '12px' },
    marks: [
      Plot.rectY(bars, { x1: 'from', x2: 'to', y: 'n', fill: 'currentColor', fillOpacity: 0.6 }),
      Plot.ruleY([0]),
    ],
  };
}

/** Half widths: Japanese letters are twice as wide. */
const widthOf = (text: string): number =>
  [...text].reduce((sum, letter) => sum + (/[\u1100-\uffef]/.test(letter) ? 2 : 1), 0);

function shortened(text: string): string {
  let shown = '';
  for (const letter of text) {
    if (widthOf(shown + letter) > widest) return `${shown}…`;
    shown += letter;
  }
  return shown;
}
