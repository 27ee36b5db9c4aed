/** The report as one HTML file that needs nothing else: no script, no request. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { style } from '../../../api/dashboard/style.ts';
import type { Lang } from '../../../scorecard/language/pack/catalogue.ts';
import { svgOf } from './plots.ts';
import type { Figure, Section } from './sections.ts';
import { reportWords } from './texts.ts';

export interface ReportPage {
  title: string;
  /** What it is about: period, versions, rules. */
  facts: string[];
  scores: { id: string; label: string; sections: Section[] }[];
}

const more = `
figure { margin: 1rem 0; color: var(--accent); }
figure svg { max-width: 100%; height: auto; }
figure svg text { fill: var(--ink); }
figure figcaption { color: var(--ink); font-weight: 600; font-size: .9rem; }
.answer { font-size: 1.05rem; font-weight: 600; }
details { margin: .5rem 0; }
details table { font-size: .87rem; }
@media print { details { display: none; } .card { break-inside: avoid; } }
`;
/** Nothing is loaded, from wherever. */
const policy = "default-src 'none'; style-src 'unsafe-inline'";

export function renderReport({ title, facts, scores }: ReportPage, lang: Lang): string {
  const t = reportWords[lang];
  const document = html`<html lang=${lang}>
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content=${policy} />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>${title} · Kenko</title>
      <style dangerouslySetInnerHTML=${{ __html: style + more }} />
    </head>
    <body><main>
      <h1>${title}</h1>
      ${facts.map((fact) => html`<p class="small soft">${fact}</p>`)}
      <p class="small soft">${t.brackets}</p>
      ${scores.map((score) => scoreParts(score, scores.length > 1, lang))}
    </main></body>
  </html>`;
  return `<!doctype html>${renderToString(document)}\n`;
}

function scoreParts(
  { id, label, sections }: ReportPage['scores'][number],
  several: boolean,
  lang: Lang,
) {
  return html`
    ${several && html`<h1 id=${id}>${label}</h1>`}
    <section class="card" aria-label=${label}>
      ${sections
        .filter(({ answers }) => answers.length > 0)
        .map(
          (section) =>
            html`<p><a href=${`#${id}-${section.id}`}>${section.question}</a><br />${section.answers[0]}</p>`,
        )}
    </section>
    ${sections.map(
      (section) => html`<section class="card" aria-labelledby=${`${id}-${section.id}`}>
        <h2 id=${`${id}-${section.id}`}>${section.question}</h2>
        ${section.answers.map((answer, i) => html`<p class=${i === 0 ? 'answer' : undefined}>${answer}</p>`)}
        ${section.figures.map((figure) => figureOf(figure, lang))}
      </section>`,
    )}`;
}

function figureOf({ title, plot, head, rows }: Figure, lang: Lang): VNode {
  const empty = plot?.kind === 'intervals' && plot.rows.length === 0;
  return html`<figure>
    <figcaption>${title}</figcaption>
    ${plot && !empty && html`<div dangerouslySetInnerHTML=${{ __html: svgOf(plot) }} />`}
    <details open=${plot === null}><summary class="small">${reportWords[lang].figures}</summary>
      <div class="scroll"><table>
        <thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
        <tbody>${rows.map(
          (row) =>
            html`<tr>${row.map((cell, i) =>
              i === 0
                ? html`<th scope="row">${cell}</th>`
                : html`<td class=${typeof cell === 'number' ? 'num' : undefined}>${cell ?? '–'}</td>`,
            )}</tr>`,
        )}</tbody>
      </table></div>
    </details>
  </figure>`;
}
