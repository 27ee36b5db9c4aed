/** What an account's signals say: what was seen, and what to do. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { EpisodeAnswer } from '../../records/api/episodes.ts';
import { acknowledgeForm } from './acting/account-forms.ts';
import type { PageContext } from './context.ts';

export function episodeSection(
  context: PageContext,
  episodes: readonly EpisodeAnswer[],
): VNode | null {
  const { lang, text, format } = context;
  if (episodes.length === 0) return null;
  return html`<section class="card" aria-labelledby="episodes">
    <h2 id="episodes">${text.episodes}</h2>
    ${episodes.map(
      (
        episode,
      ) => html`<h3>${episode.label[lang]} <span class="tag">${text.severities[episode.severity]}</span></h3>
        <p class="small soft">${text.openSince(format.instant(episode.opened_at))}${
          episode.acknowledged &&
          html` · ${text.acknowledgedBy(episode.acknowledged.by)}${episode.acknowledged.note && html`: ${episode.acknowledged.note}`}`
        }</p>
        ${episode.action && html`<p>${episode.action[lang]}</p>`}
        <ul class="reasons">${episode.hints[lang].map((hint) => html`<li>${hint}</li>`)}</ul>
        ${
          episode.links.length > 0 &&
          html`<p class="small">${episode.links.map(
            ({ label, url }, i) =>
              html`${i > 0 && ' · '}<a href=${url} rel="noreferrer">${label[lang]}</a>`,
          )}</p>`
        }
        ${acknowledgeForm(context, episode)}`,
    )}
  </section>`;
}
