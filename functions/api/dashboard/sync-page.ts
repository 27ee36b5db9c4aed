/** Accounts that Salesforce refuses as they are, for whoever mends it there, and how far the comparison is. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { ComparisonAnswer, ParkedAccount, ParkedList } from '../../records/api/sync.ts';
import type { PageContext } from './context.ts';
import type { Page } from './frame.ts';
import { titleOf } from './parts.ts';

const path = '/sync';

export function syncPage(
  context: PageContext,
  list: ParkedList,
  comparison: ComparisonAnswer,
  { cursor }: { cursor?: string },
): Page {
  const { text, format, href } = context;
  return {
    title: text.parkedAccounts,
    section: null,
    content: html`<h1>${text.parkedAccounts}</h1>
      <p class="lead">${text.parkedLead}</p>
      <section class="card" aria-label=${text.parkedAccounts}>
        ${
          list.count === 0
            ? html`<p class="soft">${text.noneParked}</p>`
            : html`<p>${text.parkedCount(format.count(list.count), list.count === 1)}</p>
              ${parkedTable(context, list.accounts)}`
        }
        <nav class="pager" aria-label=${text.parkedAccounts}>
          ${cursor && html`<a href=${href(path)}>${text.firstPage}</a>`}
          ${list.next && html`<a rel="next" href=${href(path, { cursor: list.next })}>${text.nextPage}</a>`}
        </nav>
      </section>
      ${comparisonSection(context, comparison)}`,
  };
}

function comparisonSection({ text, format }: PageContext, comparison: ComparisonAnswer): VNode {
  const { current, last } = comparison;
  const sorts = Object.keys(text.found) as (keyof typeof text.found)[];
  return html`<section class="card" aria-label=${text.comparison}>
    <h2>${text.comparison}</h2>
    <p class="lead">${text.comparisonLead}</p>
    ${
      current &&
      html`<dl class="facts">
        ${fact(text.comparing, text.comparisonState[current.state])}
        ${fact(text.comparisonStep[current.step], text.comparedSoFar(format.count(current.compared), current.compared === 1))}
        ${fact(text.comparisonBegan, format.instant(current.started_at))}
        ${fact(text.comparisonSeen, format.instant(current.seen_at))}
      </dl>`
    }
    ${
      last === null
        ? html`<p class="soft">${text.neverCompared}</p>`
        : html`<dl class="facts">
          ${fact(text.lastCompared, format.instant(last.ended_at))}
          ${sorts.map((sort) => fact(text.found[sort], format.count(last.found[sort])))}
        </dl>`
    }
  </section>`;
}

const fact = (name: string, value: string): VNode =>
  html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

function parkedTable(context: PageContext, parked: readonly ParkedAccount[]): VNode {
  const { text } = context;
  return html`<div class="scroll"><table class="stack">
    <thead><tr>
      <th scope="col">${text.account}</th>
      <th scope="col">${text.refusedFor}</th>
      <th scope="col">${text.refusedField}</th>
      <th scope="col">${text.refusedSince}</th>
      <th scope="col" class="hide">${text.lastTry}</th>
    </tr></thead>
    <tbody>${parked.map((one) => parkedRow(context, one))}</tbody>
  </table></div>`;
}

function parkedRow(
  context: PageContext,
  { account, name, code, reason, fields, since, tried_at: tried }: ParkedAccount,
): VNode {
  const { text, format } = context;
  const refusal = text.refusals[code];
  return html`<tr>
    <th scope="row"><a href=${context.accountHref(account)}>${titleOf({ id: account, name })}</a>
      ${name && html`<span class="id">${account}</span>`}</th>
    <td data-label=${text.refusedFor}>${
      refusal ??
      html`<span lang="en">${reason}</span>
      <p class="why">${code}</p>`
    }</td>
    <td data-label=${text.refusedField}>${fields.join(', ') || text.none}</td>
    <td data-label=${text.refusedSince}>${format.instant(since)}</td>
    <td class="hide">${format.instant(tried)}</td>
  </tr>`;
}
