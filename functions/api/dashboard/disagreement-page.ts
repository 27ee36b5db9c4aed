/** Where people and score disagree, and what calls found out of the accounts of each band. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { AnswerReport, Disagreement, DisagreementList } from '../../records/api/entries.ts';
import { questionText } from '../entries/entry-texts.ts';
import { bandNamed } from '../names.ts';
import type { PageContext } from './context.ts';
import type { Page } from './frame.ts';
import { bandChip, joined, scaleOf, titleOf } from './parts.ts';

export function disagreementPage(
  context: PageContext,
  { disagreements, next }: DisagreementList,
  reports: readonly AnswerReport[],
): Page {
  const { text } = context;
  const answered = reports.filter(({ answers }) => answers.length > 0);
  return {
    title: text.disagreements,
    section: 'disagreements',
    content: html`<h1>${text.disagreements}</h1>
      <p class="lead">${text.disagreementsLead}</p>
      <section class="card" aria-label=${text.disagreements}>
        ${
          disagreements.length === 0
            ? html`<p class="soft">${next ? text.noDisagreementsYet : text.noDisagreements}</p>`
            : disagreementTable(context, disagreements)
        }
        ${next && html`<nav class="pager" aria-label=${text.disagreements}><a rel="next" href=${context.href('/disagreements', { cursor: next })}>${text.lookOn}</a></nav>`}
      </section>
      <section class="card" aria-labelledby="answers">
        <h2 id="answers">${text.answers}</h2>
        <p class="small soft">${text.answersLead}</p>
        ${answered.length === 0 && html`<p class="soft">${text.noAnswers}</p>`}
        ${answered.map((report) => answerTable(context, report))}
      </section>`,
  };
}

function disagreementTable(context: PageContext, disagreements: readonly Disagreement[]): VNode {
  const { text } = context;
  return html`<div class="scroll"><table class="stack">
    <thead><tr>
      <th scope="col">${text.account}</th>
      <th scope="col">${text.scoreSays}</th>
      <th scope="col">${text.peopleSay}</th>
      <th scope="col">${text.entered}</th>
    </tr></thead>
    <tbody>${disagreements.map((one) => disagreementRow(context, one))}</tbody>
  </table></div>`;
}

function disagreementRow(
  context: PageContext,
  { account, name, kind, score, band, people, text: said, author, on }: Disagreement,
): VNode {
  const { lang, text, format, pack } = context;
  const scoreLabel = pack.scores.find(({ id }) => id === score)?.label[lang] ?? score;
  return html`<tr>
    <th scope="row"><a href=${context.accountHref(account)}>${titleOf({ id: account, name })}</a>
      ${name && html`<span class="id">${account}</span>`}</th>
    <td data-label=${text.scoreSays}>${bandChip(context, scaleOf(pack, score), bandNamed(pack, score, band))}
      <p class="why">${scoreLabel}</p></td>
    <td data-label=${text.peopleSay}>${people[lang]} <span class="tag">${text.disagreementKinds[kind]}</span>
      ${said && html`<p class="why">${said}</p>`}</td>
    <td data-label=${text.entered}>${joined([format.date(on), author])}</td>
  </tr>`;
}

function answerTable(context: PageContext, { score, answers }: AnswerReport): VNode {
  const { lang, text, format, pack } = context;
  const label = pack.scores.find(({ id }) => id === score)?.label[lang] ?? score;
  return html`<div class="scroll"><table class="stack flow">
    <caption>${text.bandsOf(label)}</caption>
    <thead><tr>
      <th scope="col">${text.question}</th>
      <th scope="col">${text.bandThen}</th>
      <th scope="col" class="num">${text.yes}</th>
      <th scope="col" class="num">${text.no}</th>
      <th scope="col" class="num">${text.unclear}</th>
      <th scope="col" class="num">${text.shareOfYes}</th>
    </tr></thead>
    <tbody>${answers.map(
      ({ question, band, yes, no, unclear }) => html`<tr>
        <th scope="row">${questionText(question)[lang]}</th>
        <td>${bandChip(context, scaleOf(pack, score), bandNamed(pack, score, band))}</td>
        <td class="num" data-label=${text.yes}>${format.count(yes)}</td>
        <td class="num" data-label=${text.no}>${format.count(no)}</td>
        <td class="num" data-label=${text.unclear}>${format.count(unclear)}</td>
        <td class="num" data-label=${text.shareOfYes}>${yes + no === 0 ? text.none : format.share(yes / (yes + no))}</td>
      </tr>`,
    )}</tbody>
  </table></div>`;
}
