/** The first page: all accounts at a glance, then those to look at first. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { ageingText, whatToDoAboutAgeing } from '../../evidence/ageing-text.ts';
import type { AccountList } from '../../records/api/accounts.ts';
import type { Mover, PortfolioAnswer, ScorePortfolio } from '../../records/api/portfolio.ts';
import type { WorklistAnswer } from '../../records/api/worklists.ts';
import type { Label } from '../../scorecard/language/pack/catalogue.ts';
import { unknownBand } from '../../scorecard/meaning/texts.ts';
import { accountForm, accountTable, pager } from './account-table.ts';
import type { PageContext } from './context.ts';
import { evidenceCard } from './evidence-section.ts';
import type { Page } from './frame.ts';
import { bandChip, bandClass, joined, moved, scaleOf, titleOf } from './parts.ts';
import { worklistCard } from './worklist-page.ts';

export function portfolioPage(
  context: PageContext,
  portfolio: PortfolioAnswer,
  list: AccountList,
  worklists: readonly WorklistAnswer[],
  /** Whose accounts they are; undefined: all of them. */
  owner: string | undefined,
): Page {
  const { text, format, pack } = context;
  const [main] = pack.scores;
  const { current, accounts } = portfolio;
  return {
    title: text.portfolio,
    section: 'portfolio',
    content: html`
      <h1>${owner === undefined ? text.portfolio : text.ownPortfolio(owner)}</h1>
      ${
        current
          ? html`<p class="lead">${joined([
              text.asOf(format.date(current.date)),
              text.accountCount(format.count(accounts.active)),
              accounts.absent > 0 && text.left(format.count(accounts.absent)),
            ])}</p>`
          : html`<p class="lead">${text.nothingYet}</p>`
      }
      ${current && portfolio.scores.map((score) => scoreCard(context, score, owner))}
      ${current && worklists.map((worklist) => worklistCard(context, worklist))}
      ${stateCard(context, portfolio, owner)}
      ${evidenceCard(context)}
      ${
        current &&
        main &&
        html`<section class="card" aria-labelledby="accounts">
          <h2 id="accounts">${text.accounts}</h2>
          ${accountForm(context, main, { sort: 'points', ...(owner !== undefined && { owner }) })}
          ${accountTable(context, main, list)}
          ${pager(context, list, { score: main.id, sort: 'points', owner })}
        </section>`
      }`,
  };
}

function scoreCard(context: PageContext, score: ScorePortfolio, owner: string | undefined): VNode {
  const { lang, text, format } = context;
  const heading = `score-${score.id}`;
  const { down, up } = score.movers;
  return html`<section class="card" aria-labelledby=${heading}>
    <div class="row between">
      <h2 id=${heading}>${score.label[lang]}</h2>
      ${
        score.average !== null &&
        html`<span class="soft">${text.average(format.score(score.average))} / ${format.points(score.scale)}</span>`
      }
    </div>
    ${
      score.aged &&
      html`<p class="small">${ageingText({ ...score.aged, since: format.date(score.aged.since), on: format.date(score.aged.on), metrics: labelsOf(score.aged.metrics) })[lang]} ${whatToDoAboutAgeing[lang]}</p>`
    }
    ${bandBar(context, score, owner)}
    ${
      down.length + up.length === 0
        ? html`<p class="soft small">${text.noMovers}</p>`
        : html`<div class="columns">
            <div><h3>${text.falls}</h3>${movers(context, score.id, down)}</div>
            <div><h3>${text.rises}</h3>${movers(context, score.id, up)}</div>
          </div>`
    }
  </section>`;
}

const labelsOf = (named: readonly { label: Label }[]): Label[] => named.map(({ label }) => label);

/** One bar, from the worst band to the best, and its legend as links to the accounts. */
function bandBar(context: PageContext, score: ScorePortfolio, owner: string | undefined): VNode {
  const { lang, text, format, href, pack } = context;
  const scale = scaleOf(pack, score.id);
  const parts = [
    ...score.bands.map((band) => ({ ...band, colour: bandClass(scale, band.id) })),
    { ...unknownBand, accounts: score.unknown, colour: 'cu' },
  ].filter(({ id, accounts }) => accounts > 0 || id !== unknownBand.id);
  const all = parts.reduce((sum, { accounts }) => sum + accounts, 0);
  let from = 0;
  const share = (accounts: number) => format.share(all > 0 ? accounts / all : 0);
  const summary = parts
    .map(({ label, accounts }) =>
      text.bandShare(label[lang], format.count(accounts), share(accounts)),
    )
    .join(', ');
  const others = [
    [text.unscored, score.unscored],
    [text.errors, score.errors],
    [text.overridden, score.overridden],
  ] as const;
  return html`
    <svg class="bar" viewBox="0 0 1000 26" preserveAspectRatio="none" role="img" aria-label=${summary}>
      ${parts.map(({ accounts, colour }) => {
        const width = all > 0 ? (accounts / all) * 1000 : 0;
        const x = from;
        from += width;
        // A hair of the card's colour between neighbours.
        return html`<rect class=${`fill ${colour}`} x=${x.toFixed(2)} width=${Math.max(0, width - 2).toFixed(2)} height="26" />`;
      })}
    </svg>
    <ul class="legend">
      ${parts.map(
        ({ id, label, accounts, colour }) => html`<li class=${colour}>
          <a href=${href('/accounts', { score: score.id, band: id, owner })}>
            <i class="dot" aria-hidden="true"></i>${label[lang]} <b>${format.count(accounts)}</b></a>
          <span class="soft"> ${share(accounts)}</span></li>`,
      )}
      ${others.map(([name, n]) => n !== null && n > 0 && html`<li><span class="soft">${name} <b>${format.count(n)}</b></span></li>`)}
    </ul>`;
}

function movers(context: PageContext, score: string, list: readonly Mover[]): VNode {
  const { lang, text, format, pack } = context;
  if (list.length === 0) return html`<p class="soft small">${text.noMovers}</p>`;
  const scale = scaleOf(pack, score);
  return html`<ul class="movers">${list.map(
    (mover) => html`<li>
      <div class="row between">
        <a href=${context.accountHref(mover.id)}>${titleOf(mover)}</a>
        <span class="num">${mover.points === null ? text.none : format.score(mover.points)} ${moved(context, mover.moved)}</span>
      </div>
      ${
        mover.from_band &&
        html`<p class="small">${bandChip(context, scale, mover.from_band)} → ${bandChip(context, scale, mover.band)}</p>`
      }
      <p class="why">${mover.reasons[lang].slice(0, 2).join(lang === 'ja' ? '／' : '; ') || text.noReasons}</p>
    </li>`,
  )}</ul>`;
}

/** Phases, data, the last run and Salesforce: whether the picture can be trusted today. */
function stateCard(
  context: PageContext,
  portfolio: PortfolioAnswer,
  owner: string | undefined,
): VNode {
  const { lang, text, format, href, pack } = context;
  const { current, phases, sources, crm, latest_run: run } = portfolio;
  const unusual = run?.failure ?? run?.withheld;
  const synced = (['updated', 'pending', 'parked'] as const).filter(
    (state) => crm !== null && crm[state] > 0,
  );
  const seconds =
    run?.ended_at && Math.round((Date.parse(run.ended_at) - Date.parse(run.started_at)) / 1000);
  return html`<section class="card facts">
    ${
      pack.phases.length > 0 &&
      current &&
      html`<div><h3>${text.phases}</h3><ul class="notes">${phases.map(
        ({ phase, accounts }) =>
          html`<li>${
            phase
              ? html`<a href=${href('/accounts', { phase: phase.id, owner })}>${phase.label[lang]}</a>`
              : text.noPhase
          } ${format.count(accounts)}</li>`,
      )}</ul></div>`
    }
    ${
      sources.length > 0 &&
      html`<div><h3>${text.sources}</h3><ul class="notes">${byState(context, portfolio).map(
        ({
          state,
          late,
          tables,
        }) => html`<li>${state}${late && html`<span class="tag">${text.sourceLate}</span>`}
          <br /><span class="soft small">${tables.join(', ')}</span></li>`,
      )}</ul></div>`
    }
    ${
      crm !== null &&
      html`<div><h3>${text.lastRun}</h3>${
        run
          ? html`<p>${joined([
              format.instant(run.slot),
              text.runStates[run.state],
              typeof seconds === 'number' && text.inSeconds(format.count(seconds)),
            ])}</p>
            ${run.changed !== null && html`<p class="soft small">${text.changed(format.count(run.changed))}</p>`}
            ${unusual && html`<p class="down small" lang="en">${unusual.message}</p>`}`
          : html`<p class="soft">${text.none}</p>`
      }
    <h3>Salesforce</h3><p>${
      synced.length === 0
        ? text.none
        : joined(synced.map((state) => `${text.crm[state]} ${format.counted(crm[state])}`))
    }</p>${crm.parked > 0 && html`<p class="small"><a href=${href('/sync')}>${text.parkedAccounts}</a></p>`}</div>`
    }
  </section>`;
}

/** Tables that are in the same state together: a late one must not drown among the others. */
function byState({ text, format }: PageContext, { sources, current }: PortfolioAnswer) {
  const groups = new Map<string, { state: string; late: boolean; tables: string[] }>();
  for (const { table, state, complete_through: through } of sources) {
    const shown =
      state === 'missing'
        ? text.sourceMissing
        : through === null
          ? text.sourceEmpty
          : text.through(format.date(through));
    const late = through !== null && current !== null && through < current.date;
    const group = groups.get(shown) ?? { state: shown, late, tables: [] };
    group.tables.push(table);
    groups.set(shown, group);
  }
  return [...groups.values()];
}
