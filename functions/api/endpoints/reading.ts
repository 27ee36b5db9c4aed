/** What is read of accounts, one or all, and of what people entered. */
import { accountAnswer, accountList } from '../../records/api/accounts.ts';
import {
  accountLog,
  answerReport,
  disagreementList,
  interventionList,
} from '../../records/api/entries.ts';
import { episodeList, lotList } from '../../records/api/episodes.ts';
import { handOverList } from '../../records/api/hand-overs.ts';
import { historyAnswer } from '../../records/api/history.ts';
import { portfolioAnswer } from '../../records/api/portfolio.ts';
import { worklistAnswer, worklistsAnswer } from '../../records/api/worklists.ts';
import { getAccount } from '../accounts/account.ts';
import { getAnswers, listDisagreements } from '../accounts/disagreements.ts';
import { getHistory } from '../accounts/history.ts';
import { listInterventions } from '../accounts/interventions.ts';
import { listAccounts } from '../accounts/list.ts';
import { getLog } from '../accounts/log.ts';
import { getPortfolio } from '../accounts/portfolio.ts';
import { getWorklist, listWorklists } from '../accounts/worklists.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { listHandOvers } from '../entries/hand-overs.ts';
import { listEpisodes, listLots } from '../episodes.ts';
import {
  accountParameters,
  answerParameters,
  disagreementParameters,
  episodeParameters,
  handOverParameters,
  historyParameters,
  interventionParameters,
  lotParameters,
  ownerParameters,
  worklistParameters,
} from '../parameters.ts';

export const readingEndpoints: readonly Endpoint[] = [
  endpoint({
    path: '/v1/portfolio',
    name: 'getPortfolio',
    shows: 'owner',
    summary: "All accounts, or somebody's, at a glance: bands, movers, phases, sources, sync",
    query: ownerParameters,
    answer: portfolioAnswer,
    handle: ({ runtime, query }) => getPortfolio(runtime, query),
  }),
  endpoint({
    path: '/v1/accounts',
    name: 'listAccounts',
    shows: 'owner',
    summary: 'Accounts, filtered and sorted by one score',
    query: accountParameters,
    answer: accountList,
    handle: ({ runtime, query }) => listAccounts(runtime, query),
  }),
  endpoint({
    path: '/v1/accounts/{id}',
    name: 'getAccount',
    shows: 'account',
    summary: 'One account: its scores, what they are made of, and why they changed',
    answer: accountAnswer,
    handle: ({ runtime, id }) => getAccount(runtime, id),
  }),
  endpoint({
    path: '/v1/accounts/{id}/history',
    name: 'getHistory',
    shows: 'account',
    summary: "An account's results by date, newest first",
    query: historyParameters,
    answer: historyAnswer,
    handle: ({ runtime, id, query }) => getHistory(runtime, id, query),
  }),
  endpoint({
    path: '/v1/episodes',
    name: 'listEpisodes',
    shows: 'account',
    summary: 'What people were notified of, the one opened last first',
    query: episodeParameters,
    answer: episodeList,
    handle: ({ runtime, query }) => listEpisodes(runtime, query),
  }),
  endpoint({
    path: '/v1/lots',
    name: 'listLots',
    summary: 'Accounts that signals with hold_out held back by lot, and those they did not',
    query: lotParameters,
    answer: lotList,
    handle: ({ runtime, query }) => listLots(runtime, query),
  }),
  endpoint({
    path: '/v1/accounts/{id}/log',
    name: 'getLog',
    shows: 'account',
    summary: 'What people did, judged and noted of an account, and its hand-overs, in their order',
    answer: accountLog,
    handle: ({ runtime, id }) => getLog(runtime, id),
  }),
  endpoint({
    path: '/v1/interventions',
    name: 'listInterventions',
    summary: 'What people did with customers, over all accounts, the one entered last first',
    query: interventionParameters,
    answer: interventionList,
    handle: ({ runtime, query }) => listInterventions(runtime, query),
  }),
  endpoint({
    path: '/v1/hand-overs',
    name: 'listHandOvers',
    summary: 'Changes of hands with what has to be handed over, the newest first',
    query: handOverParameters,
    answer: handOverList,
    handle: ({ runtime, query }) => listHandOvers(runtime, query),
  }),
  endpoint({
    path: '/v1/disagreements',
    name: 'listDisagreements',
    summary: 'Where people and score disagree: what the next review of the rules should look at',
    query: disagreementParameters,
    answer: disagreementList,
    handle: ({ runtime, query }) => listDisagreements(runtime, query),
  }),
  endpoint({
    path: '/v1/answers',
    name: 'getAnswers',
    summary: 'What calls found out, counted by the band that the account was in',
    query: answerParameters,
    answer: answerReport,
    handle: ({ runtime, query }) => getAnswers(runtime, query),
  }),
  endpoint({
    path: '/v1/worklists',
    name: 'listWorklists',
    shows: 'owner',
    summary: 'Lists of accounts to look at, with how many are on each',
    query: ownerParameters,
    answer: worklistsAnswer,
    handle: ({ runtime, query }) => listWorklists(runtime, query),
  }),
  endpoint({
    path: '/v1/worklists/{id}',
    name: 'getWorklist',
    shows: 'owner',
    summary: 'One list: its accounts with reasons and next action, the most important first',
    query: worklistParameters,
    answer: worklistAnswer,
    handle: ({ runtime, id, query }) => getWorklist(runtime, id, query),
  }),
];
