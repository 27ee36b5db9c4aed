/** The dashboard's pages: the same answers as the API's, for people. */
import { type ErrorRequestHandler, type Request, type Response, Router } from 'express';
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { Caller } from '../../ports/identity.ts';
import type { Runtime } from '../../runtime.ts';
import type { Lang } from '../../scorecard/language/pack/catalogue.ts';
import { unknownBand } from '../../scorecard/meaning/texts.ts';
import { getAccount } from '../accounts/account.ts';
import { getAnswers, listDisagreements } from '../accounts/disagreements.ts';
import { getHistory } from '../accounts/history.ts';
import { listAccounts } from '../accounts/list.ts';
import { readLog } from '../accounts/log.ts';
import { getPortfolio } from '../accounts/portfolio.ts';
import { getWorklist } from '../accounts/worklists.ts';
import { requireCaller } from '../callers.ts';
import { getCandidate, getCandidateMoves } from '../candidate.ts';
import { routeOf } from '../endpoint.ts';
import { listHandOvers } from '../entries/hand-overs.ts';
import { listOpenEpisodes } from '../episodes.ts';
import { failureOf, logFailure } from '../failures.ts';
import { ids, scoreOf } from '../names.ts';
import { limitToOwn, type Shows } from '../own-accounts.ts';
import {
  accountParameters,
  disagreementParameters,
  handOverParameters,
  parkedParameters,
  parseParameters,
  worklistParameters,
} from '../parameters.ts';
import { getComparison, listParked } from '../sync.ts';
import { accountPage } from './account-page.ts';
import { accountForm, accountTable, pager } from './account-table.ts';
import { formRoutes } from './acting/take-form.ts';
import { candidatePage } from './candidate-page.ts';
import { type PageContext, pageContext } from './context.ts';
import { disagreementPage } from './disagreement-page.ts';
import { type Page, renderPage } from './frame.ts';
import { handOverPage } from './hand-over-page.ts';
import { portfolioPage } from './portfolio-page.ts';
import { contentSecurityPolicy } from './style.ts';
import { syncPage } from './sync-page.ts';
import { worklistPage } from './worklist-page.ts';

type GetRuntime = () => Promise<Runtime>;
interface PageRequest {
  runtime: Runtime;
  context: PageContext;
  /** The `{id}` of the path. */
  id: string;
  /** Parameters of the page that have a value: a form sends its empty fields too. */
  given: Record<string, string>;
}

interface PageRoute {
  /** Of the query; a link to the page in the other language keeps them. */
  parameters: readonly string[];
  /** Of accounts, for those who see their own only; undefined: it shows what is of all. */
  shows?: Shows;
  make(request: PageRequest): Promise<Page>;
}

/** Rows of the table on the first page. */
const firstAccounts = 25;
/** Of each worklist there. */
const firstEntries = 5;
const handOversAtOnce = 20;
/** Overrides and entries that a page looks at. */
const disagreementsAtOnce = 20;
/** Of each kind, the latest on the page of an account. */
const entriesShown = 25;

const routes: Record<string, PageRoute> = {
  '/': {
    parameters: ['owner'],
    shows: 'owner',
    make: async ({ runtime, context, given: { owner } }) => {
      const whose = owner === undefined ? {} : { owner };
      return portfolioPage(
        context,
        await getPortfolio(runtime, whose),
        await listAccounts(
          runtime,
          parseParameters(accountParameters, { ...whose, limit: firstAccounts }),
        ),
        await Promise.all(
          runtime.pack.worklists.lists.map(({ id }) =>
            getWorklist(runtime, id, { ...whose, limit: firstEntries }),
          ),
        ),
        owner,
      );
    },
  },
  '/accounts': {
    shows: 'owner',
    parameters: [...Object.keys(accountParameters.shape), 'id', 'done'],
    make: ({ given: { id, done, ...given }, ...request }) =>
      id === undefined
        ? accountListPage(request.runtime, request.context, given)
        : oneAccount(request.runtime, request.context, id, done),
  },
  '/accounts/{id}': {
    shows: 'account',
    parameters: ['done'],
    make: ({ runtime, context, id, given }) => oneAccount(runtime, context, id, given.done),
  },
  '/worklists/{id}': {
    shows: 'owner',
    parameters: Object.keys(worklistParameters.shape),
    make: async ({ runtime, context, id, given }) => {
      const parameters = parseParameters(worklistParameters, given);
      return worklistPage(context, await getWorklist(runtime, id, parameters), given);
    },
  },
  '/hand-overs': {
    parameters: ['owner', 'show', 'cursor', 'done'],
    make: async ({ runtime, context, given }) => {
      const { show, done, ...wanted } = given;
      if (show !== 'all') wanted.open = 'true';
      const parameters = parseParameters(handOverParameters, { ...wanted, limit: handOversAtOnce });
      return handOverPage(
        context,
        await listHandOvers(runtime, parameters, handOversAtOnce),
        given,
        done,
      );
    },
  },
  '/sync': {
    parameters: ['cursor'],
    make: async ({ runtime, context, given }) => {
      const parameters = parseParameters(parkedParameters, given);
      const list = await listParked(runtime, parameters);
      return syncPage(context, list, await getComparison(runtime), given);
    },
  },
  '/candidate': {
    parameters: [],
    make: async ({ runtime, context }) => candidatePage(context, await getCandidate(runtime)),
  },
  '/disagreements': {
    parameters: ['cursor'],
    make: async ({ runtime, context, given }) =>
      disagreementPage(
        context,
        await listDisagreements(
          runtime,
          parseParameters(disagreementParameters, { ...given, limit: disagreementsAtOnce }),
        ),
        await Promise.all(runtime.pack.scores.map(({ id }) => getAnswers(runtime, { score: id }))),
      ),
  },
};

export const pagePaths = Object.keys(routes);

const everyParameter = [...new Set(Object.values(routes).flatMap(({ parameters }) => parameters))];

export function pages(getRuntime: GetRuntime): Router {
  const router = Router({ caseSensitive: true });
  for (const [path, { parameters, shows, make }] of Object.entries(routes)) {
    router.get(routeOf(path), async (request, response) => {
      const runtime = await getRuntime();
      const caller = await requireCaller(runtime, request, 'viewer');
      const given = givenParameters(request, parameters);
      // An id that no path can hold comes as a parameter.
      const id = String(given.id ?? request.params.id ?? '');
      const limit = given.id === undefined ? shows : 'account';
      Object.assign(given, await limitToOwn(runtime, caller, limit, { id, query: given }));
      const context = contextOf(runtime, request, given, caller);
      const page = await make({ runtime, context, id, given });
      send(response, 200, renderPage(context, page), context);
    });
  }
  router.use(
    formRoutes(getRuntime, (request, runtime, { account, done }) => {
      const { href, accountHref } = contextOf(runtime, request, {});
      const back = account === undefined ? href('/hand-overs') : accountHref(account);
      return `${back}${back.includes('?') ? '&' : '?'}done=${done}`;
    }),
  );
  router.use(errorPage(getRuntime));
  return router;
}

async function oneAccount(
  runtime: Runtime,
  context: PageContext,
  id: string,
  done: string | undefined,
): Promise<Page> {
  const account = await getAccount(runtime, id);
  const histories = await Promise.all(
    account.scores
      .filter(({ id: score }) => ids(runtime.pack.scores).includes(score))
      .map(({ id: score }) => getHistory(runtime, id, { score, limit: 400 })),
  );
  return accountPage(context, account, histories, {
    episodes: await listOpenEpisodes(runtime, id),
    log: await readLog(runtime, id, entriesShown),
    moves: await getCandidateMoves(runtime, id),
    done,
  });
}

async function accountListPage(
  runtime: Runtime,
  context: PageContext,
  given: Record<string, string>,
): Promise<Page> {
  const score = scoreOf(runtime.pack, given.score);
  // Choosing another score in the form sends the band of the one before along.
  if (given.band && !ids([...score.bands, unknownBand]).includes(given.band)) delete given.band;
  const parameters = parseParameters(accountParameters, given);
  const list = await listAccounts(runtime, parameters);
  return {
    title: context.text.accounts,
    section: 'accounts',
    content: html`<h1>${context.text.accounts}</h1>
      <section class="card" aria-label=${context.text.accounts}>
        ${accountForm(context, score, parameters)}
        ${accountTable(context, score, list)}
        ${pager(context, list, given)}
      </section>`,
  };
}

function givenParameters(request: Request, names: readonly string[]): Record<string, string> {
  const given: Record<string, string> = {};
  for (const name of names) {
    const value = request.query[name];
    if (typeof value === 'string' && value !== '') given[name] = value;
  }
  return given;
}

function contextOf(
  { pack, candidate, clock }: Runtime,
  request: Request,
  given: Record<string, string>,
  caller?: Caller,
): PageContext {
  const { lang } = request.query;
  const chosen = lang === 'ja' || lang === 'en';
  return pageContext({
    pack,
    hasCandidate: candidate !== undefined,
    caller,
    now: clock.now(),
    lang: chosen ? lang : preferredLanguage(request),
    chosen,
    path: request.path,
    parameters: given,
  });
}

function preferredLanguage(request: Request): Lang {
  return request.acceptsLanguages('en', 'ja') === 'ja' ? 'ja' : 'en';
}

function send(response: Response, status: number, body: string, context: PageContext): void {
  response.setHeader('Content-Security-Policy', contentSecurityPolicy);
  response.setHeader('Content-Language', context.lang);
  response.vary('Accept-Language');
  response.status(status).type('html').send(body);
}

/** To the account that somebody was on, else to the first page. */
function wayBack({ text, href }: PageContext, path: string): VNode {
  const account = /^\/accounts\/[^/]+(?=\/)/.exec(path)?.[0];
  return account === undefined
    ? html`<a href=${href('/')}>${text.back}</a>`
    : html`<a href=${href(account)}>${text.backToAccount}</a>`;
}

/** A page's failure as a page; without a runtime there is none, and the API's answer is given. */
function errorPage(getRuntime: GetRuntime): ErrorRequestHandler {
  return async (thrown: unknown, request, response, next) => {
    const runtime = await getRuntime().catch(() => undefined);
    if (!runtime || response.headersSent) {
      next(thrown);
      return;
    }
    const failure = failureOf(thrown);
    await logFailure(getRuntime, failure);
    const context = contextOf(runtime, request, givenParameters(request, everyParameter));
    const { text } = context;
    const title = text.errorTitles[failure.status] ?? text.errorTitle;
    const page: Page = {
      title,
      section: null,
      bare: failure.status === 401 || failure.status === 403,
      content: html`<h1>${title}</h1><p>${text.errorTexts[failure.status] ?? text.errorText}</p>
        <p class="small soft" lang="en">${failure.message}</p>
        <p>${wayBack(context, request.path)}</p>`,
    };
    send(response, failure.status, renderPage(context, page), context);
  };
}
