/** Changes of hands, with what has to be handed over at each. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { HandOverAnswer, HandOverList } from '../../records/api/hand-overs.ts';
import { doneMessage } from './acting/forms.ts';
import { checklist } from './checklist.ts';
import type { PageContext } from './context.ts';
import type { Page } from './frame.ts';
import { chosenLanguage, joined, titleOf } from './parts.ts';

const path = '/hand-overs';

/** `show`: open, or all of them. */
export type HandOverFilter = Partial<Record<'owner' | 'show' | 'cursor', string>>;

export function handOverPage(
  context: PageContext,
  list: HandOverList,
  { cursor, ...kept }: HandOverFilter,
  done: string | undefined,
): Page {
  const { text, href } = context;
  return {
    title: text.handOvers,
    section: 'hand-overs',
    content: html`${doneMessage(context, done)}<h1>${text.handOvers}</h1>
      <p class="lead">${text.handOversLead}</p>
      ${filterForm(context, kept)}
      ${list.hand_overs.length === 0 && html`<p class="card soft">${list.next ? text.noHandOversYet : text.noHandOvers}</p>`}
      ${list.hand_overs.map((one) => handOverCard(context, one))}
      <nav class="pager" aria-label=${text.handOvers}>
        ${cursor && html`<a href=${href(path, kept)}>${text.firstPage}</a>`}
        ${list.next && html`<a rel="next" href=${href(path, { ...kept, cursor: list.next })}>${text.nextPage}</a>`}
      </nav>`,
  };
}

function filterForm(context: PageContext, { owner, show }: HandOverFilter): VNode {
  const { text } = context;
  const option = (value: string, shown: string) =>
    html`<option value=${value} selected=${value === (show ?? 'open')}>${shown}</option>`;
  return html`<form class="filters" action=${path} method="get">
    ${chosenLanguage(context)}
    <label>${text.shownHandOvers}<select name="show">
      ${option('open', text.openHandOvers)}
      ${option('all', text.any)}
    </select></label>
    <label>${text.owner}<input name="owner" value=${owner ?? ''} maxlength="300" /></label>
    <button>${text.show}</button>
  </form>`;
}

function handOverCard(
  context: PageContext,
  { id, account, name, date, from, to, why, checklist: items }: HandOverAnswer,
): VNode {
  const { lang, text, format, accountHref } = context;
  const holder = ({ team, owner }: HandOverAnswer['to']) => joined([team.label[lang], owner]);
  return html`<section class="card" aria-label=${titleOf({ id: account, name })}>
    <h2><a href=${accountHref(account)}>${titleOf({ id: account, name })}</a></h2>
    <p>${holder(from)} → <b>${holder(to)}</b></p>
    <p class="small soft">${joined([format.date(date), why[lang], `${text.handOverId} ${id}`])}</p>
    ${items.length === 0 ? html`<p class="small soft">${text.noItems}</p>` : checklist(context, items, { handOver: id })}
  </section>`;
}
