/** What people did, judged and noted of an account, in order: from points to a line. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { AccountAnswer } from '../../records/api/accounts.ts';
import type { LogEntry } from '../../records/api/entries.ts';
import { checklist } from './checklist.ts';
import type { PageContext } from './context.ts';
import { joined } from './parts.ts';

export function assignmentLine(
  { lang, text, format }: PageContext,
  { assignment }: AccountAnswer,
): VNode | null {
  if (!assignment) return null;
  const { team, owner, since, why } = assignment;
  return html`<p>${joined([
    `${text.team}: ${team.label[lang]}`,
    owner,
    text.lookedAfterSince(format.date(since)),
    why[lang],
  ])}</p>`;
}

export function logSection(
  context: PageContext,
  account: string,
  entries: readonly LogEntry[],
): VNode | null {
  const { lang, text, format } = context;
  if (entries.length === 0) return null;
  const when = ({ on, at, entered_on: entered }: LogEntry) => {
    if (at.length === 10) return format.date(at);
    return on === entered ? format.instant(at) : format.date(on);
  };
  const late = ({ on, entered_on: entered }: LogEntry) =>
    on !== entered && text.enteredOn(format.date(entered));
  return html`<section class="card" aria-labelledby="log">
    <h2 id="log">${text.log}</h2>
    <ul class="notes">${entries.map(
      (entry) => html`<li>
        <span class="small soft">${joined([when(entry), entry.author, late(entry)])}</span><br />
        ${entry.summary[lang]}${entry.text && html`: ${entry.text}`}
        ${entry.url && html` <a href=${entry.url} rel="noreferrer">${entry.url}</a>`}
        ${checklist(context, entry.checklist, { handOver: entry.id, account })}
      </li>`,
    )}</ul>
  </section>`;
}
