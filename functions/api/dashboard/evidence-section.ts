/** What was accepted as the evidence of the rules that are live: whether scores may be relied on. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { acceptedText } from '../../evidence/gate/accepted-text.ts';
import type { PageContext } from './context.ts';
import { joined } from './parts.ts';

/** Null where nothing was accepted. */
export function evidenceCard({ lang, text, format, pack }: PageContext): VNode | null {
  const { accepted } = pack.evidence;
  if (!accepted) return null;
  const scores = pack.scores.flatMap((score) => {
    const own = accepted.scores[score.id];
    return own ? [{ score, said: acceptedText(score, own)[lang] }] : [];
  });
  return html`<section class="card" aria-labelledby="evidence">
    <h2 id="evidence">${text.evidence}</h2>
    ${scores.map(({ score, said }) => html`<p><b>${score.label[lang]}</b> ${said}</p>`)}
    <p class="small soft">${joined([
      text.evidenceAccepted(format.date(accepted.accepted_on), accepted.accepted_by),
      accepted.rules !== pack.hash && text.evidenceOfOtherRules,
    ])}</p>
    <p class="small soft">${text.evidenceMeans}</p>
  </section>`;
}
