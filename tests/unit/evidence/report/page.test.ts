/** The page of the report: one file, nothing loaded, every name escaped. */
import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { type ReportPage, renderReport } from '../../../../functions/cli/evidence/report/page.ts';
import { type IntervalPlot, svgOf } from '../../../../functions/cli/evidence/report/plots.ts';

const hostile = '</td><script>alert(1)</script>&"\'';
const estimate = { value: 0.7, low: 0.6, high: 0.8 };
const plot: IntervalPlot = {
  kind: 'intervals',
  title: hostile,
  rows: [
    { label: hostile, estimate },
    { label: '同じ名前', estimate: null },
    { label: '同じ名前', estimate: { value: 0.2, low: 0, high: 1 } },
  ],
  axis: 'AUC',
  from: 0,
  to: 1,
  nothing: 0.5,
  percent: false,
};
const page: ReportPage = {
  title: hostile,
  facts: [hostile],
  scores: [
    {
      id: 'health',
      label: hostile,
      sections: [
        {
          id: 'tells',
          question: hostile,
          answers: [hostile, 'more'],
          figures: [
            {
              title: hostile,
              plot,
              head: [hostile, 'n'],
              rows: [
                [hostile, 3],
                ['x', null],
              ],
            },
            {
              title: 'days',
              plot: {
                kind: 'counts',
                title: 'd',
                values: [3, 40, 45],
                step: 30,
                axis: 'days',
                count: 'n',
              },
              head: ['a'],
              rows: [],
            },
          ],
        },
      ],
    },
  ],
};

describe('the page', () => {
  const text = renderReport(page, 'ja');
  const { document } = parseHTML(text);

  it('holds every text as text, whatever it looks like', () => {
    expect(document.querySelectorAll('script')).toHaveLength(0);
    expect(document.querySelector('h1')?.textContent).toBe(hostile);
    expect(document.querySelector('tbody th')?.textContent).toBe(hostile);
    expect(document.documentElement.getAttribute('lang')).toBe('ja');
  });

  it('loads nothing, and says so to the browser', () => {
    expect(text).not.toMatch(/(?:src|href)="(?!#)/);
    expect(text).not.toMatch(/url\(|@import|https?:/);
    expect(document.querySelector('meta[http-equiv]')?.getAttribute('content')).toContain(
      "default-src 'none'",
    );
  });

  it('has the figures behind each plot in a table', () => {
    const figures = [...document.querySelectorAll('figure')];
    expect(figures).toHaveLength(2);
    for (const figure of figures) {
      expect(figure.querySelectorAll('svg')).toHaveLength(1);
      expect(figure.querySelectorAll('table')).toHaveLength(1);
    }
  });

  it('is the same bytes each time', () => {
    expect(renderReport(page, 'ja')).toBe(text);
  });
});

describe('a plot', () => {
  it('names rows of one name apart, and draws those that have a figure', () => {
    const { document } = parseHTML(svgOf(plot));
    const names = [...document.querySelectorAll('[aria-label="y-axis tick label"] text')];
    expect(names.map(({ textContent }) => textContent).slice(1)).toEqual(['同じ名前', '同じ名前']);
    const dots = [...document.querySelectorAll('[aria-label="dot"] circle')];
    expect(dots).toHaveLength(2);
    const [first, second] = dots.map((dot) => Number(dot.getAttribute('cx')));
    expect(first).toBeGreaterThan(second ?? 0);
  });

  it('draws a bar as high as there are values in it', () => {
    const { document } = parseHTML(
      svgOf({
        kind: 'counts',
        title: 'd',
        values: [3, 40, 45, 59],
        step: 30,
        axis: 'x',
        count: 'n',
      }),
    );
    const heights = [...document.querySelectorAll('[aria-label="rect"] rect')].map((bar) =>
      Number(bar.getAttribute('height')),
    );
    expect(heights).toHaveLength(2);
    expect((heights[1] ?? 0) / (heights[0] ?? 1)).toBeCloseTo(3);
  });
});
