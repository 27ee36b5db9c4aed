/** A version of the rules beside the live one: what it would change, before it changes anything. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type {
  CandidateAnswer,
  CandidateMover,
  CandidateMoves,
  CandidateScore,
} from '../../records/api/candidate.ts';
import type { PageContext } from './context.ts';
import type { Page } from './frame.ts';
import { bandChip, joined, moved, type Scale, scaleOf, titleOf } from './parts.ts';

/** A page is read, not searched: the API lists more. */
const moversShown = 50;

export function candidatePage(context: PageContext, { candidate }: CandidateAnswer): Page {
  const { text, format } = context;
  const { comparison, failure, state, versions } = candidate ?? {};
  const why = failure
    ? text.candidateFailed(format.date(failure.date))
    : state === 'same'
      ? text.candidateSame
      : text.candidateWaits;
  return {
    title: text.candidate,
    section: 'candidate',
    content: html`<h1>${text.candidate}</h1>
      <p class="lead">${text.candidateLead}</p>
      ${
        comparison
          ? html`<p class="small soft">${joined([
              text.asOf(format.date(comparison.date)),
              text.accountCount(format.count(comparison.accounts)),
              ...(versions ?? []).map(({ scorecard, live, candidate: other }) =>
                text.candidateVersion(scorecard, live ?? text.none, other ?? text.none),
              ),
            ])}</p>
            ${comparison.scores.map((score) => scoreSection(context, score))}`
          : html`<section class="card"><p>${candidate ? why : text.noCandidate}</p>
              ${failure && html`<p class="small soft" lang="en">${failure.message}</p>`}</section>`
      }`,
  };
}

function scoreSection(context: PageContext, score: CandidateScore): VNode {
  const { lang, text, format, pack } = context;
  const heading = `candidate-${score.score}`;
  const scale = scaleOf(
    pack,
    score.score,
    score.bands.filter(({ id }) => id !== 'unknown'),
  );
  const only = { old: text.candidateDrops, new: text.candidateAdds, both: null }[score.exists];
  const unlisted = score.moved - Math.min(score.movers.length, moversShown);
  return html`<section class="card" aria-labelledby=${heading}>
    <h2 id=${heading}>${score.label[lang]}</h2>
    <p>${
      only ??
      joined([
        text.candidateMoves(format.count(score.moved), format.count(score.accounts)),
        score.up.accounts > 0 && text.candidateUp(format.count(score.up.accounts)),
        score.down.accounts > 0 && text.candidateDown(format.count(score.down.accounts)),
        score.boundary > 0 && text.candidateKept(format.count(score.boundary)),
      ])
    }</p>
    <div class="scroll"><table class="stack">
      <thead><tr>
        <th scope="col">${text.band}</th>
        <th scope="col" class="num">${text.live}</th>
        <th scope="col" class="num">${text.candidate}</th>
      </tr></thead>
      <tbody>${score.bands.map(
        (band) => html`<tr>
          <th scope="row">${bandChip(context, scale, band)}</th>
          <td class="num" data-label=${text.live}>${format.count(band.live)}</td>
          <td class="num" data-label=${text.candidate}>${format.count(band.candidate)}</td>
        </tr>`,
      )}</tbody>
    </table></div>
    ${score.movers.length > 0 && moverTable(context, scale, score)}
    ${unlisted > 0 && score.movers.length > 0 && html`<p class="small soft">${text.candidateUnlisted(format.count(unlisted))}</p>`}
  </section>`;
}

function moverTable(context: PageContext, scale: Scale, { movers }: CandidateScore): VNode {
  const { text } = context;
  return html`<div class="scroll"><table class="stack">
    <thead><tr>
      <th scope="col">${text.account}</th>
      <th scope="col">${text.live}</th>
      <th scope="col">${text.candidate}</th>
      <th scope="col">${text.reasons}</th>
    </tr></thead>
    <tbody>${movers.slice(0, moversShown).map(
      (mover) => html`<tr>
        <th scope="row"><a href=${context.accountHref(mover.account)}>${titleOf({ id: mover.account, name: mover.name })}</a>
          ${mover.name && html`<span class="id">${mover.account}</span>`}</th>
        <td data-label=${text.live}>${standing(context, mover.live.points)} ${bandChip(context, scale, mover.live.band)}</td>
        <td data-label=${text.candidate}>${standing(context, mover.candidate.points)} ${bandChip(context, scale, mover.candidate.band)}</td>
        <td data-label=${text.reasons}>${causes(context, mover)}</td>
      </tr>`,
    )}</tbody>
  </table></div>`;
}

/** On an account's own page: where the candidate would put it, if elsewhere. */
export function candidateMoveCard(context: PageContext, { moves }: CandidateMoves): VNode | null {
  const { lang, text, pack, href } = context;
  if (moves.length === 0) return null;
  return html`<section class="card" aria-labelledby="candidate">
    <div class="row between">
      <h2 id="candidate">${text.candidate}</h2>
      <a class="small" href=${href('/candidate')}>${text.allAccounts}</a>
    </div>
    <p class="small soft">${text.candidateLead}</p>
    ${moves.map((move) => {
      const scale = scaleOf(pack, move.score);
      const label = pack.scores.find(({ id }) => id === move.score)?.label[lang] ?? move.score;
      return html`<p>${label}: ${bandChip(context, scale, move.live.band)} → ${bandChip(context, scale, move.candidate.band)}
        ${standing(context, move.candidate.points)}</p>${causes(context, move)}`;
    })}
  </section>`;
}

const standing = ({ format, text }: PageContext, points: number | null): string =>
  points === null ? text.none : format.score(points);

function causes(context: PageContext, { why, causes: found }: CandidateMover): VNode {
  const { lang, text } = context;
  const measures = why === 'boundary' ? [] : found.slice(0, 3);
  return html`${why !== 'measures' && html`<span class="soft">${text.candidateWhy[why]}</span>`}
    ${
      measures.length > 0 &&
      html`<ul class="notes">${measures.map(
        ({ label, delta }) => html`<li>${label[lang]} ${moved(context, delta)}</li>`,
      )}</ul>`
    }`;
}
