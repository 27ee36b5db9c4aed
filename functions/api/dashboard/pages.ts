/** The dashboard's pages: the same answers as the API's, for people. */
import { type ErrorRequestHandler, type Request, type Response, Router } from 'express';
import { html } from 'htm/preact';
import type { Runtime } from '../../runtime.ts';
import type { Lang } from '../../scorecard/language/pack/catalogue.ts';
import { unknownBand } from '../../scorecard/meaning/texts.ts';
import { readAccount } from '../accounts/account.ts';
import { disagreementsOf, readAnswerReport } from '../accounts/disagreements.ts';
import { historyOf } from '../accounts/history.ts';
import { listAccounts } from '../accounts/list.ts';
import { logOf } from '../accounts/log.ts';
import { portfolioOf } from '../accounts/portfolio.ts';
import { worklistOf } from '../accounts/worklists.ts';
import { listHandOvers } from '../entries/hand-overs.ts';
import { openEpisodesOf } from '../episodes.ts';
import { failureOf, logFailure } from '../failures.ts';
import { ids, scoreOf } from '../names.ts';
import {
  accountParameters,
  handOverParameters,
  parseParameters,
  worklistParameters,
} from '../parameters.ts';
import { accountPage } from './account-page.ts';
import { accountForm, accountTable, pager } from './account-table.ts';
import { type PageContext, pageContext } from './context.ts';
import { disagreementPage } from './disagreement-page.ts';
import { type Page, renderPage } from './frame.ts';
import { handOverPage } from './hand-over-page.ts';
import { portfolioPage } from './portfolio-page.ts';
import { contentSecurityPolicy } from './style.ts';
import { worklistPage } from './worklist-page.ts';

type GetRuntime = () => Promise<Runtime>;
type MakePage = (runtime: Runtime, context: PageContext, request: Request) => Promise<Page>;

/** Rows of the table on the first page. */
const firstAccounts = 25;
/** Of each worklist there. */
const firstEntries = 5;
const handOversAtOnce = 20;

export function pages(getRuntime: GetRuntime): Router {
  const router = Router({ caseSensitive: true });
  const serve = (path: string, make: MakePage) =>
    router.get(path, async (request, response) => {
      const runtime = await getRuntime();
      const context = contextOf(runtime, request);
      send(response, 200, renderPage(context, await make(runtime, context, request)), context);
    });

  serve('/', async (runtime, context) =>
    portfolioPage(
      context,
      await portfolioOf(runtime),
      await listAccounts(runtime, parseParameters(accountParameters, { limit: firstAccounts })),
      await Promise.all(
        runtime.pack.worklists.lists.map(({ id }) =>
          worklistOf(runtime, id, { limit: firstEntries }),
        ),
      ),
    ),
  );
  serve('/worklists/:id', async (runtime, context, request) => {
    const given = givenParameters(request, Object.keys(worklistParameters.shape));
    const parameters = parseParameters(worklistParameters, given);
    const list = await worklistOf(runtime, String(request.params.id), parameters);
    return worklistPage(context, list, given);
  });
  serve('/hand-overs', async (runtime, context, request) => {
    const given = givenParameters(request, ['owner', 'show', 'cursor']);
    const { show, ...wanted } = given;
    if (show !== 'all') wanted.open = 'true';
    const parameters = parseParameters(handOverParameters, { ...wanted, limit: handOversAtOnce });
    return handOverPage(context, await listHandOvers(runtime, parameters), given);
  });
  serve('/disagreements', async (runtime, context) =>
    disagreementPage(
      context,
      await disagreementsOf(runtime),
      await Promise.all(
        runtime.pack.scores.map(({ id }) => readAnswerReport(runtime, { score: id })),
      ),
    ),
  );
  serve('/accounts', (runtime, context, request) => {
    const id = request.query.id;
    return typeof id === 'string' && id !== ''
      ? oneAccount(runtime, context, id)
      : accountListPage(runtime, context, request);
  });
  serve('/accounts/:id', (runtime, context, request) =>
    oneAccount(runtime, context, String(request.params.id)),
  );
  router.use(errorPage(getRuntime));
  return router;
}

async function oneAccount(runtime: Runtime, context: PageContext, id: string): Promise<Page> {
  const account = await readAccount(runtime, id);
  const histories = await Promise.all(
    account.scores
      .filter(({ id: score }) => ids(runtime.pack.scores).includes(score))
      .map(({ id: score }) => historyOf(runtime, id, { score, limit: 400 })),
  );
  return accountPage(context, account, histories, {
    episodes: await openEpisodesOf(runtime, id),
    log: await logOf(runtime, id),
  });
}

async function accountListPage(
  runtime: Runtime,
  context: PageContext,
  request: Request,
): Promise<Page> {
  const given = givenParameters(request, Object.keys(accountParameters.shape));
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

/** Parameters with a value: a form sends its empty fields too. */
function givenParameters(request: Request, names: readonly string[]): Record<string, string> {
  const given: Record<string, string> = {};
  for (const name of names) {
    const value = request.query[name];
    if (typeof value === 'string' && value !== '') given[name] = value;
  }
  return given;
}

function contextOf({ pack }: Pick<Runtime, 'pack'>, request: Request): PageContext {
  const { lang } = request.query;
  const chosen = lang === 'ja' || lang === 'en';
  return pageContext({
    pack,
    lang: chosen ? lang : preferredLanguage(request),
    chosen,
    path: request.path,
    parameters: givenParameters(request, [
      ...Object.keys(accountParameters.shape),
      'team',
      'id',
      'show',
    ]),
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
    const context = contextOf(runtime, request);
    const { text } = context;
    const title = text.errorTitles[failure.status] ?? text.errorTitle;
    const page: Page = {
      title,
      section: null,
      content: html`<h1>${title}</h1><p>${text.errorTexts[failure.status] ?? text.errorText}</p>
        <p class="small soft" lang="en">${failure.message}</p>
        <p><a href=${context.href('/')}>${text.back}</a></p>`,
    };
    send(response, failure.status, renderPage(context, page), context);
  };
}
