/** The checklist of a hand-over: what was handed over, and what went back to sales. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { ChecklistItem } from '../../records/api/hand-overs.ts';
import { tickForms } from './acting/tick-form.ts';
import type { PageContext } from './context.ts';
import { joined } from './parts.ts';

/** @param of the hand-over, and the account whose page it stands on */
export function checklist(
  context: PageContext,
  items: readonly ChecklistItem[],
  of: { handOver: string; account?: string },
): VNode | null {
  if (items.length === 0) return null;
  const { lang, text } = context;
  return html`<ul class="checklist">${items.map(
    (item) => html`<li class=${item.state}>${item.label[lang]}
      <span class="tag">${text.itemStates[item.state]}</span>
      ${item.missing && saidLine(context, text.backToSales, item.missing)}
      ${item.done && saidLine(context, text.itemStates.done, item.done)}
      ${tickForms(context, of.handOver, item, of.account)}</li>`,
  )}</ul>`;
}

function saidLine(
  { format, text }: PageContext,
  what: string,
  { author, on, text: said }: NonNullable<ChecklistItem['done']>,
): VNode {
  const line = joined([format.date(on), author, what]);
  return html`<p class="small soft">${said === null ? line : text.saying(line, said)}</p>`;
}
