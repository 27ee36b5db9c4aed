/** The search and filter form, the table of accounts, and the way to the next page. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { AccountList } from '../../records/api/accounts.ts';
import { hasOwners } from '../../records/owners.ts';
import type { Score } from '../../scorecard/language/pack/pack.ts';
import { unknownBand } from '../../scorecard/meaning/texts.ts';
import { type AccountParameters, accountSorts } from '../parameters.ts';
import type { PageContext } from './context.ts';
import { bandChip, chosenLanguage, meter, moved, scaleOf, titleOf, trendMark } from './parts.ts';

type Wanted = Partial<Pick<AccountParameters, 'band' | 'phase' | 'owner' | 'q'>> &
  Pick<AccountParameters, 'sort'>;

export function accountForm(context: PageContext, score: Score, wanted: Wanted): VNode {
  const { lang, text, pack } = context;
  const hasOwner = hasOwners(pack);
  const option = (value: string, shown: string, chosen: string | undefined) =>
    html`<option value=${value} selected=${value === (chosen ?? '')}>${shown}</option>`;
  const filtered = [wanted.band, wanted.phase, wanted.owner, wanted.q].some(Boolean);
  return html`<form class="filters" role="search" action="/accounts" method="get">
    ${chosenLanguage(context)}
    <label>${text.search}
      <input type="search" name="q" value=${wanted.q ?? ''} placeholder=${text.searchPlaceholder} maxlength="300" />
    </label>
    ${
      pack.scores.length > 1 &&
      html`<label>${text.score}<select name="score">
        ${pack.scores.map(({ id, label }) => option(id, label[lang], score.id))}
      </select></label>`
    }
    <label>${text.band}<select name="band">
      ${option('', text.any, wanted.band)}
      ${[...score.bands, unknownBand].map(({ id, label }) => option(id, label[lang], wanted.band))}
    </select></label>
    ${
      pack.phases.length > 0 &&
      html`<label>${text.phase}<select name="phase">
        ${option('', text.any, wanted.phase)}
        ${pack.phases.map(({ id, label }) => option(id, label[lang], wanted.phase))}
      </select></label>`
    }
    ${
      hasOwner &&
      html`<label>${text.owner}<input name="owner" value=${wanted.owner ?? ''} maxlength="300" /></label>`
    }
    <label>${text.sort}<select name="sort">
      ${accountSorts.map((sort) => option(sort, text.sorts[sort], wanted.sort))}
    </select></label>
    <button>${text.show}</button>
    ${filtered && html`<a class="small" href=${context.href('/accounts', { score: score.id })}>${text.clear}</a>`}
  </form>`;
}

export function accountTable(context: PageContext, score: Score, list: AccountList): VNode {
  const { lang, text, format, pack } = context;
  if (list.accounts.length === 0) {
    return html`<p class="soft">${list.next ? text.noAccountsYet : text.noAccounts}</p>`;
  }
  const others = pack.scores.filter(({ id }) => id !== score.id);
  const hasPhase = pack.phases.length > 0;
  const hasOwner = hasOwners(pack);
  return html`<div class="scroll"><table class="stack flow">
    <thead><tr>
      <th scope="col">${text.account}</th>
      <th scope="col">${text.band}</th>
      <th scope="col" class="num">${score.label[lang]}</th>
      <th scope="col" class="hide">${text.trend}</th>
      <th scope="col" class="num">${text.lastMove}</th>
      ${others.map(({ label }) => html`<th scope="col" class="num hide">${label[lang]}</th>`)}
      ${hasPhase && html`<th scope="col" class="hide">${text.phase}</th>`}
      ${hasOwner && html`<th scope="col" class="hide">${text.owner}</th>`}
    </tr></thead>
    <tbody>${list.accounts.map((account) => {
      const result = account.scores[score.id];
      const points = result?.points ?? null;
      return html`<tr>
        <th scope="row"><a href=${context.accountHref(account.id)}>${titleOf(account)}</a>
          ${account.name && html`<span class="id">${account.id}</span>`}</th>
        <td>${bandChip(context, scaleOf(pack, score.id), result?.band ?? null)}
          ${result?.override && html`<span class="tag">${text.overridden}</span>`}</td>
        <td class="num" data-label=${score.label[lang]}>${points === null ? text.none : format.score(points)}
          ${points !== null && meter(points, score.scale / 100)}</td>
        <td class="trend hide">${trendMark(context, result?.trend ?? null)}</td>
        <td class="num" data-label=${text.lastMove}>${moved(context, result?.moved ?? 0)}</td>
        ${others.map(({ id }) => {
          const other = account.scores[id]?.points ?? null;
          return html`<td class="num hide">${other === null ? text.none : format.score(other)}</td>`;
        })}
        ${hasPhase && html`<td class="hide">${account.phase?.label[lang] ?? text.none}</td>`}
        ${hasOwner && html`<td class="hide">${account.owner ?? text.none}</td>`}
      </tr>`;
    })}</tbody>
  </table></div>`;
}

export function pager(
  context: PageContext,
  list: AccountList,
  parameters: Record<string, string | undefined>,
): VNode {
  const { text, format, href } = context;
  const { cursor, ...rest } = parameters;
  const searching = parameters.q !== undefined && list.next !== undefined;
  return html`<nav class="pager" aria-label=${text.accounts}>
    ${cursor && html`<a href=${href('/accounts', rest)}>${text.firstPage}</a>`}
    ${
      list.next &&
      html`<a rel="next" href=${href('/accounts', { ...rest, cursor: list.next })}>
        ${searching ? text.searchOn : text.nextPage}</a>`
    }
    ${searching && html`<span class="small soft">${text.searched(format.count(list.looked_at))}</span>`}
  </nav>`;
}
