/** The checklist of a hand-over: what was handed over, and what went back to sales. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { ChecklistItem } from '../../records/api/hand-overs.ts';
import type { PageContext } from './context.ts';
import { joined } from './parts.ts';

export function checklist(context: PageContext, items: readonly ChecklistItem[]): VNode | null {
  if (items.length === 0) return null;
  const { lang, text } = context;
  return html`<ul class="checklist">${items.map(
    ({ label, state, done, missing }) => html`<li class=${state}>${label[lang]}
      <span class="tag">${text.itemStates[state]}</span>
      ${missing && saidLine(context, text.backToSales, missing)}
      ${done && saidLine(context, text.itemStates.done, done)}</li>`,
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
