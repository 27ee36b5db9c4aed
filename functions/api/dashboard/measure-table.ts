/** What a score is made of: every measure with its value, its points, and what would earn more. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { MeasureAnswer, ScoreAnswer } from '../../records/api/accounts.ts';
import type { PageContext } from './context.ts';
import { meter } from './parts.ts';

export function measureTable(context: PageContext, score: ScoreAnswer): VNode {
  const { lang, text } = context;
  const groups = [
    ...score.axes.map(({ id, label }) => ({ id, label: label[lang] })),
    { id: null, label: null },
  ].map((axis) => ({
    ...axis,
    measures: score.measures.filter((measure) => measure.axis === axis.id),
  }));
  // Where everything is a hypothesis, saying so once is enough.
  const allOpen = score.measures.every((measure) => measure.hypothesis);
  return html`<h3>${text.measures}</h3>
  ${allOpen && html`<p class="small soft">${text.allHypotheses}</p>`}
  <div class="scroll"><table class="stack flow">
    <thead><tr>
      <th scope="col">${text.measure}</th>
      <th scope="col" class="num">${text.value}</th>
      <th scope="col" class="num">${text.earned}</th>
      <th scope="col" class="num hide">${text.partOfScore}</th>
      <th scope="col" class="num hide">${text.nextStep}</th>
    </tr></thead>
    ${groups
      .filter(({ measures }) => measures.length > 0)
      .map(
        ({ label, measures }) => html`<tbody>
          ${label && html`<tr class="axis"><th scope="rowgroup" colspan="5">${label}</th></tr>`}
          ${measures.map((measure) => measureRow(context, measure, !allOpen))}
        </tbody>`,
      )}
  </table></div>`;
}

function measureRow(context: PageContext, measure: MeasureAnswer, marked: boolean): VNode {
  const { lang, text, format } = context;
  const { earned, available, contribution, next, unit, value } = measure;
  const hints = measure.hints[lang];
  return html`<tr class=${measure.state === 'missing' ? 'gone' : undefined}>
    <th scope="row">${measure.label[lang]}
      ${marked && measure.hypothesis && html`<span class="tag" title=${text.hypothesisHelp}>${text.hypothesis}</span>`}
      ${
        hints.length > 0 &&
        html`<details class="hints"><summary>${text.hints}</summary><ul>${hints.map((hint) => html`<li>${hint}</li>`)}</ul></details>`
      }</th>
    <td class="num" data-label=${text.value}>${
      measure.state === 'ok'
        ? format.value(value, unit)
        : html`${text.missing}${value !== null && html`<br /><span class="small">${text.lastKnown(format.value(value, unit))}</span>`}`
    }</td>
    <td class="num" data-label=${text.earned}>${
      earned === null
        ? html`<span class="soft">${text.leftOut}</span>`
        : html`${format.points(earned)} / ${format.points(available)}${meter(earned, available)}`
    }</td>
    <td class="num hide">${contribution === null ? text.none : format.points(contribution)}</td>
    <td class="num hide soft" data-label=${text.nextStep}>${next ? text.nextStepAt(format.value(next.value, unit), format.points(next.gain)) : text.none}</td>
  </tr>`;
}
