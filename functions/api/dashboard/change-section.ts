/** Why a score changed: in words, by kind of cause, and measure by measure. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { type MeasureChange, type ScoreAnswer, shortened } from '../../records/api/accounts.ts';
import type { PageContext } from './context.ts';
import { bandChip, moved, scaleOf } from './parts.ts';

/** The rest moved the score by next to nothing. */
const mostMeasures = 10;

export function changeSection(context: PageContext, score: ScoreAnswer): VNode {
  const { lang, text, format } = context;
  const { change } = score;
  const reasons = score.reasons[lang];
  // Without measures that moved, the sentences say what costs the score most.
  const explained = change !== null && change.measures.length > 0;
  const was =
    change?.from_band !== null && change?.from_band !== undefined
      ? score.bands.find(({ id }) => id === change.from_band)
      : undefined;
  return html`
    ${
      reasons.length > 0 &&
      html`<h3>${explained ? text.why : text.weighs}</h3>
      <ul class="reasons">${reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`
    }
    ${
      change &&
      html`${!(explained && reasons.length > 0) && html`<h3>${text.why}</h3>`}
        <p class="row"><span class="soft">${text.since(format.date(change.since), format.points(change.from))}</span>
          ${moved(context, change.total)}
          ${was && html`<span class="soft small">${text.fromBand('')}</span> ${bandChip(context, scaleOf(context.pack, score.id, score.bands), was)}`}</p>
        <dl class="split">${(['behaviour', 'data', 'phase', 'rules'] as const).map(
          (cause) =>
            html`<div><dt>${text.split[cause]}</dt><dd>${moved(context, change[cause])}</dd></div>`,
        )}</dl>
        ${change.measures.length > 0 && deltaTable(context, change.measures)}`
    }`;
}

function deltaTable(context: PageContext, measures: readonly MeasureChange[]): VNode {
  const { lang, text, format } = context;
  return html`<div class="scroll"><table class="stack flow">
    <thead><tr>
      <th scope="col">${text.measure}</th>
      <th scope="col" class="num">${text.before}</th>
      <th scope="col" class="num">${text.now}</th>
      <th scope="col" class="num">${text.effect}</th>
      <th scope="col">${text.cause}</th>
    </tr></thead>
    <tbody>${shortened(measures, mostMeasures).map(
      (measure) => html`<tr>
        <th scope="row">${measure.label[lang]}</th>
        <td class="num" data-label=${text.before}>${measure.cause !== 'others' && format.value(measure.before, measure.unit)}</td>
        <td class="num" data-label=${text.now}>${measure.cause !== 'others' && format.value(measure.now, measure.unit)}</td>
        <td class="num" data-label=${text.effect}>${moved(context, measure.delta)}</td>
        <td class="soft" data-label=${text.cause}>${text.causes[measure.cause]}</td>
      </tr>`,
    )}</tbody>
  </table></div>`;
}
