/** One account: each score, why it is what it is, and why it changed. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { daysBetween } from '../../calendar.ts';
import type { AccountAnswer, ScoreAnswer } from '../../records/api/accounts.ts';
import type { CandidateMoves } from '../../records/api/candidate.ts';
import type { LogEntry } from '../../records/api/entries.ts';
import type { EpisodeAnswer } from '../../records/api/episodes.ts';
import type { HistoryAnswer } from '../../records/api/history.ts';
import { accountForms } from './acting/account-forms.ts';
import { doneMessage } from './acting/forms.ts';
import { candidateMoveCard } from './candidate-page.ts';
import { changeSection } from './change-section.ts';
import { historyChart } from './chart.ts';
import type { PageContext } from './context.ts';
import { episodeSection } from './episode-section.ts';
import type { Page } from './frame.ts';
import { assignmentLine, logSection } from './log-section.ts';
import { measureTable } from './measure-table.ts';
import { bandChip, joined, meter, scaleOf, titleOf, trendMark } from './parts.ts';

export function accountPage(
  context: PageContext,
  account: AccountAnswer,
  histories: readonly HistoryAnswer[],
  {
    episodes,
    log,
    moves,
    done,
  }: {
    episodes: readonly EpisodeAnswer[];
    log: readonly LogEntry[];
    moves: CandidateMoves;
    /** What the reader has just sent from here. */
    done: string | undefined;
  },
): Page {
  const { lang, text, format, accountHref } = context;
  const title = titleOf(account);
  return {
    title,
    section: 'accounts',
    content: html`
      ${doneMessage(context, done)}
      <h1>${title}</h1>
      <p class="lead">${joined([
        account.name !== null && account.id,
        account.phase?.label[lang],
        text.lastChanged(format.date(account.date)),
        account.as_of_date !== null &&
          account.as_of_date > account.date &&
          text.holds(format.date(account.as_of_date)),
      ])}</p>
      ${
        account.state === 'absent' &&
        html`<p class="card">${text.absent}
          ${account.merged_into && html` ${text.mergedInto}: <a href=${accountHref(account.merged_into)}>${account.merged_into}</a>`}</p>`
      }
      ${attributeList(context, account)}
      ${assignmentLine(context, account)}
      ${episodeSection(context, episodes)}
      ${accountForms(context, account)}
      ${account.scores.map((score) => {
        const history = histories.find((candidate) => candidate.score === score.id);
        return scoreSection(context, score, account.as_of_date ?? account.date, history);
      })}
      ${candidateMoveCard(context, moves)}
      ${logSection(context, account.id, log)}
      ${
        account.crm &&
        html`<p class="small soft">${text.crmStates[account.crm.state]} (${format.instant(account.crm.at)})
          ${account.crm.reason && html`: ${account.crm.reason}`}</p>`
      }`,
  };
}

function attributeList({ text, format }: PageContext, account: AccountAnswer): VNode | null {
  const shown = Object.entries(account.attributes).filter(
    ([name, value]) => name !== 'name' && value !== null && value !== '',
  );
  if (shown.length === 0) return null;
  return html`<dl class="facts">${shown.map(
    ([name, value]) => html`<div><dt>${text.attributes[name] ?? name}</dt>
      <dd>${
        isWebAddress(value)
          ? html`<a href=${value} rel="noreferrer">${value}</a>`
          : format.attribute(value)
      }</dd></div>`,
  )}</dl>`;
}

/** Only these are links: `javascript:` in somebody's data must stay a text. */
const isWebAddress = (value: unknown): value is string =>
  typeof value === 'string' && /^https?:\/\/[^\s]+$/i.test(value);

/** @param day up to which the result holds */
function scoreSection(
  context: PageContext,
  score: ScoreAnswer,
  day: string,
  history: HistoryAnswer | undefined,
): VNode {
  const { lang, text, format, pack } = context;
  const inPack = pack.scores.find(({ id }) => id === score.id);
  const heading = `score-${score.id}`;
  return html`<section class="card" aria-labelledby=${heading}>
    <div class="row between">
      <h2 id=${heading}>${score.label[lang]}</h2>
      <span class="small soft">${
        score.scorecard
          ? text.scorecard(score.scorecard.label[lang], score.scorecard.version)
          : text.noScorecard
      }</span>
    </div>
    <div class="hero">
      <div>
        ${
          score.headline &&
          html`<p class="small"><span class="soft">${score.headline.label[lang]}</span> <b>${format.value(score.headline.value, score.headline.unit)}</b></p>`
        }
        ${
          score.points === null
            ? html`<p class="big"><small>${text.noPoints}</small></p>`
            : html`<p class="big">${format.score(score.points)} <small>/ ${format.points(score.scale)}</small></p>`
        }
        <p class="row">${bandChip(context, scaleOf(pack, score.id, score.bands), score.band)} ${score.trend && trendMark(context, score.trend)}</p>
        ${notes(context, score, day)}
        ${axes(context, score)}
      </div>
      <div>${inPack && history && historyChart(context, inPack, history)}</div>
    </div>
    ${changeSection(context, score)}
    ${score.measures.length > 0 && measureTable(context, score)}
    ${reference(context, score)}
  </section>`;
}

/** What somebody has to know before trusting the band. */
function notes(context: PageContext, score: ScoreAnswer, day: string): VNode | null {
  const { lang, text, format } = context;
  const { override, confidence } = score;
  const lines: (VNode | string)[] = [];
  if (override) {
    lines.push(html`${text.setBy(override.author, format.instant(override.until))}: ${override.reason}
      ${score.computed_band && html` (${text.computed(score.computed_band.label[lang])})`}`);
  }
  if (score.state === 'error') lines.push(text.notScored(score.reason ?? text.none));
  if (score.cap) lines.push(text.capped(score.cap.label[lang]));
  const waits = score.waiting_for_data;
  const known = score.waiting_since;
  const since = known === null ? null : text.ago(format.date(known), daysBetween(known, day));
  if (waits && since !== null) {
    const unknown = score.computed_band?.id === 'unknown';
    lines.push(unknown ? text.unknownSince(since) : text.waitingSince(since, score.stayed));
  } else if (waits) lines.push(text.waitingForData);
  if (score.band_points !== null) lines.push(text.bandPoints(format.points(score.band_points)));
  if (score.held_by_hysteresis) lines.push(text.heldByHysteresis);
  if (score.computed_band?.id === 'unknown' && !waits) lines.push(text.tooLittleData);
  if (score.earned !== null && score.factor !== null && score.available !== score.scale) {
    lines.push(
      text.scaled(
        format.points(score.earned),
        format.points(score.available ?? 0),
        format.points(score.factor),
      ),
    );
  }
  if (confidence !== null && confidence < 1) {
    lines.push(text.confidence(format.share(confidence)));
  }
  if (lines.length === 0) return null;
  return html`<ul class="notes">${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
}

function axes({ lang, text, format }: PageContext, score: ScoreAnswer): VNode | null {
  if (score.axes.length === 0) return null;
  return html`<h3>${text.axes}</h3>${score.axes.map(
    (axis) => html`<div class="small"><span class="row between"><span>${axis.label[lang]}</span>
      <span class="num">${format.points(axis.points)} / ${format.points(axis.available)}</span></span>
      ${meter(axis.points, axis.available, true)}</div>`,
  )}`;
}

function reference({ lang, text, format }: PageContext, score: ScoreAnswer): VNode | null {
  if (score.reference.length === 0) return null;
  return html`<h3>${text.reference}</h3><dl class="facts">${score.reference.map(
    ({ label, value, unit, current }) => html`<div><dt>${label[lang]}</dt>
      <dd>${format.value(value, unit)}${!current && value !== null && html`<span class="tag">${text.missing}</span>`}</dd></div>`,
  )}</dl>`;
}
