/** A score over time: one line over the bands it crosses, as SVG that needs no script. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { daysBetween } from '../../calendar.ts';
import type { HistoryAnswer, HistoryPoint } from '../../records/api/history.ts';
import type { Score } from '../../scorecard/language/pack/pack.ts';
import type { PageContext } from './context.ts';
import { bandChip, bandClass, scaleOf } from './parts.ts';

const width = 680;
const height = 190;
const margin = { left: 30, right: 8, top: 8, bottom: 22 };
const plotWidth = width - margin.left - margin.right;
const plotHeight = height - margin.top - margin.bottom;
const labelHeight = 12;
/** Rows of the table under the chart. */
const mostRows = 60;

type Plotted = HistoryPoint & { points: number };
const isPlotted = (point: HistoryPoint): point is Plotted => point.points !== null;

export function historyChart(context: PageContext, score: Score, history: HistoryAnswer): VNode {
  const { lang, text, format } = context;
  const oldestFirst = history.results.toReversed();
  const plotted = oldestFirst.filter(isPlotted);
  const first = plotted[0];
  const last = plotted.at(-1);
  if (!first || !last) return html`<p class="soft small">${text.noHistory}</p>`;
  const highest = score.scale / 100;
  const scale = scaleOf(context.pack, score.id);
  const start = Date.parse(first.date);
  const span = Math.max(1, Date.parse(last.date) - start);
  // A single result stands at the end, where later ones will join it.
  const x = (date: string) =>
    first === last
      ? width - margin.right
      : margin.left + ((Date.parse(date) - start) / span) * plotWidth;
  const y = (points: number) => margin.top + (1 - points / highest) * plotHeight;
  const values = plotted.map(({ points }) => points);
  const summary = text.historyRange(
    format.date(first.date),
    format.date(last.date),
    format.points(Math.min(...values)),
    format.points(Math.max(...values)),
  );
  return html`<figure>
    <svg class="chart" viewBox=${`0 0 ${width} ${height}`} role="img" aria-label=${`${text.historyOf(score.label[lang])}: ${summary}`}>
      ${score.bands.map(({ id, from }, index) => {
        const upper = score.bands[index + 1]?.from ?? score.scale;
        const top = y(upper / 100);
        const bottom = y(from / 100);
        return html`<rect class=${`zone ${bandClass(scale, id)}`} x=${margin.left} y=${at(top)}
            width=${plotWidth} height=${at(bottom - top)} />`;
      })}
      ${legible([0, ...score.bands.map(({ from }) => from / 100), highest], y).map(
        (points) =>
          html`<text x=${margin.left - 5} y=${at(y(points) + 4)} text-anchor="end">${format.points(points)}</text>`,
      )}
      <path class="line gap" d=${gapsOf(oldestFirst, x, y)} />
      <path class="line" d=${lineOf(oldestFirst, x, y)} />
      <circle class=${`end ${bandClass(scale, last.band?.id ?? null)}`} cx=${at(x(last.date))} cy=${at(y(last.points))} r="4.5" />
      ${first !== last && html`<text x=${margin.left} y=${height - 6}>${format.date(first.date)}</text>`}
      <text x=${width - margin.right} y=${height - 6} text-anchor="end">${format.date(last.date)}</text>
    </svg>
    ${oldestFirst.some(hasGapBefore) && html`<p class="soft small">${text.dashed}</p>`}
    <details><summary>${text.figures}</summary>
      <div class="scroll"><table>
        <thead><tr><th scope="col">${text.date}</th><th scope="col" class="num">${text.points}</th><th scope="col">${text.band}</th></tr></thead>
        <tbody>${history.results.slice(0, mostRows).map(
          (point) => html`<tr><th scope="row">${format.date(point.date)}</th>
            <td class="num">${point.points === null ? text.none : format.score(point.points)}</td>
            <td>${bandChip(context, scale, point.band)}</td></tr>`,
        )}</tbody>
      </table></div>
    </details>
  </figure>`;
}

/** Boundaries whose labels do not run into the one below. */
function legible(boundaries: readonly number[], y: (points: number) => number): number[] {
  const shown: number[] = [];
  for (const points of boundaries) {
    const below = shown.at(-1);
    if (below === undefined || y(below) - y(points) >= labelHeight) shown.push(points);
  }
  return shown;
}

const at = (coordinate: number): string => coordinate.toFixed(1);

/** Whether days without a run lie between a result and the one before it. */
const hasGapBefore = (point: HistoryPoint, i: number, all: readonly HistoryPoint[]): boolean => {
  const before = all[i - 1];
  return before !== undefined && daysBetween(before.date, point.date) > 1;
};

/** Between results with days without a run between them. */
function gapsOf(
  results: readonly HistoryPoint[],
  x: (date: string) => number,
  y: (points: number) => number,
): string {
  return results
    .map((result, i, all) => {
      const before = all[i - 1];
      if (!before || !isPlotted(before) || !isPlotted(result) || !hasGapBefore(result, i, all)) {
        return '';
      }
      const [from, to] = [before, result].map(
        ({ date, points }) => `${at(x(date))} ${at(y(points))}`,
      );
      return `M${from}L${to}`;
    })
    .join('');
}

/** A line through the results; it breaks where one has no points, and where days had no run. */
function lineOf(
  results: readonly HistoryPoint[],
  x: (date: string) => number,
  y: (points: number) => number,
): string {
  let drawing = false;
  let path = '';
  for (const [i, result] of results.entries()) {
    if (isPlotted(result)) {
      // A move alone draws nothing; with a line of no length after it, it is a dot.
      const to = `${at(x(result.date))} ${at(y(result.points))}`;
      path += drawing && !hasGapBefore(result, i, results) ? `L${to}` : `M${to}h0`;
    }
    drawing = isPlotted(result);
  }
  return path;
}
