/** Worklists: the first entries of each on the first page, and each list as a page. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { WorklistAnswer, WorklistEntryAnswer } from '../../records/api/worklists.ts';
import type { PageContext } from './context.ts';
import type { Page } from './frame.ts';
import { bandChip, chosenLanguage, joined, scaleOf, titleOf } from './parts.ts';

export type WorklistFilter = Partial<Record<'owner' | 'team' | 'cursor', string>>;

export function worklistPage(
  context: PageContext,
  list: WorklistAnswer,
  filter: WorklistFilter,
): Page {
  const { lang, text, href } = context;
  const path = `/worklists/${list.id}`;
  const { cursor, ...kept } = filter;
  return {
    title: list.label[lang],
    section: 'portfolio',
    content: html`<h1>${list.label[lang]}</h1>
      ${filterForm(context, path, kept)}
      <section class="card" aria-label=${list.label[lang]}>
        ${entryTable(context, list)}
        <nav class="pager" aria-label=${list.label[lang]}>
          ${cursor && html`<a href=${href(path, kept)}>${text.firstPage}</a>`}
          ${list.next && html`<a rel="next" href=${href(path, { ...kept, cursor: list.next })}>${text.nextPage}</a>`}
        </nav>
      </section>`,
  };
}

function filterForm(context: PageContext, path: string, kept: WorklistFilter): VNode {
  const { lang, text, pack } = context;
  const teams = pack.routing?.teams ?? [];
  return html`<form class="filters" action=${path} method="get">
    ${chosenLanguage(context)}
    <label>${text.owner}<input name="owner" value=${kept.owner ?? ''} maxlength="300" /></label>
    ${
      teams.length > 0 &&
      html`<label>${text.team}<select name="team">
        <option value="" selected=${kept.team === undefined}>${text.any}</option>
        ${teams.map(({ id, label }) => html`<option value=${id} selected=${id === kept.team}>${label[lang]}</option>`)}
      </select></label>`
    }
    <button>${text.show}</button>
  </form>`;
}

/** A list's first entries, and the way to the rest. */
export function worklistCard(context: PageContext, list: WorklistAnswer): VNode {
  const { lang, text, format, href } = context;
  const heading = `worklist-${list.id}`;
  return html`<section class="card" aria-labelledby=${heading}>
    <div class="row between">
      <h2 id=${heading}>${list.label[lang]}</h2>
      <a class="small" href=${href(`/worklists/${list.id}`)}>${text.wholeList(format.counted(list.accounts))}</a>
    </div>
    ${entryTable(context, list)}
  </section>`;
}

/** What is at stake and until when, where the team's accounts have it. */
const stakesOf = ({ attributes }: PageContext['pack']): string[] =>
  ['mrr', 'renewal_on'].filter((name) => attributes.includes(name));

function entryTable(context: PageContext, list: WorklistAnswer): VNode {
  const { text, pack } = context;
  if (list.entries.length === 0) return html`<p class="soft small">${text.emptyList}</p>`;
  return html`<div class="scroll"><table class="stack">
    <thead><tr>
      <th scope="col">${text.account}</th>
      <th scope="col">${text.band}</th>
      ${stakesOf(pack).map((name) => html`<th scope="col" class="num">${text.attributes[name] ?? name}</th>`)}
      <th scope="col">${text.onListFor}</th>
      <th scope="col">${text.nextAction}</th>
      <th scope="col">${text.owner}</th>
    </tr></thead>
    <tbody>${list.entries.map((entry) => entryRow(context, list, entry))}</tbody>
  </table></div>`;
}

function entryRow(
  context: PageContext,
  { score }: WorklistAnswer,
  { account, owner, team, reasons, action, why }: WorklistEntryAnswer,
): VNode {
  const { lang, text, pack, format } = context;
  const points = account.scores[score]?.points ?? null;
  return html`<tr>
    <th scope="row"><a href=${context.accountHref(account.id)}>${titleOf(account)}</a>
      ${account.name && html`<span class="id">${account.id}</span>`}</th>
    <td>${bandChip(context, scaleOf(pack, score), account.scores[score]?.band ?? null)}
      ${points !== null && html`<span class="small">${format.score(points)}</span>`}</td>
    ${stakesOf(pack).map((name) => html`<td class="num" data-label=${text.attributes[name] ?? name}>${format.attribute(account.attributes[name] ?? null)}</td>`)}
    <td>${reasons.map(({ label }) => html`<span class="tag">${label[lang]}</span> `)}
      <p class="why">${why[lang].slice(0, 2).join(lang === 'ja' ? '／' : '; ')}</p></td>
    <td data-label=${text.nextAction}>${action?.[lang] ?? text.none}</td>
    <td data-label=${text.owner}>${joined([owner, team?.label[lang]]) || text.none}</td>
  </tr>`;
}
