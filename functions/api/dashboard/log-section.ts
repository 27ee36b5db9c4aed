/** What people did, judged and noted of an account, in order: from points to a line. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { AccountAnswer } from '../../records/api.ts';
import type { LogEntry } from '../../records/api-entries.ts';
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
  { lang, text, format }: PageContext,
  entries: readonly LogEntry[],
): VNode | null {
  if (entries.length === 0) return null;
  const when = (at: string) => (at.length === 10 ? format.date(at) : format.instant(at));
  return html`<section class="card" aria-labelledby="log">
    <h2 id="log">${text.log}</h2>
    <ul class="notes">${entries.map(
      ({ at, author, summary, text: said, url, checklist }) => html`<li>
        <span class="small soft">${joined([when(at), author])}</span><br />
        ${summary[lang]}${said && html`: ${said}`}
        ${url && html` <a href=${url} rel="noreferrer">${url}</a>`}
        ${checklist.length > 0 && html`<ul>${checklist.map(({ label }) => html`<li>${label[lang]}</li>`)}</ul>`}
      </li>`,
    )}</ul>
  </section>`;
}
