/** Every endpoint of the JSON API. */

import { convertSnapshots } from '../publish/convert-snapshots.ts';
import { movePack } from '../publish/move-pack.ts';
import { retirePack } from '../publish/retire-pack.ts';
import { accountAnswer, accountList } from '../records/api/accounts.ts';
import { candidateAnswer, candidateMoves } from '../records/api/candidate.ts';
import { healthAnswer, openApiAnswer } from '../records/api/common.ts';
import {
  accountLog,
  answerReport,
  assessmentRequest,
  disagreementList,
  interventionList,
  interventionRequest,
  logEntry,
  noteRequest,
} from '../records/api/entries.ts';
import {
  acknowledgedAnswer,
  acknowledgement,
  episodeList,
  eventAnswer,
  eventRequest,
  lotList,
} from '../records/api/episodes.ts';
import { handOverAnswer, handOverList, tickRequest } from '../records/api/hand-overs.ts';
import { historyAnswer } from '../records/api/history.ts';
import { overrideAnswer, overrideRequest, withdrawalRequest } from '../records/api/overrides.ts';
import { portfolioAnswer } from '../records/api/portfolio.ts';
import {
  convertedAnswer,
  convertRequest,
  decisionRequest,
  movedAnswer,
  moveRequest,
  retiredAnswer,
  runAnswer,
  runList,
} from '../records/api/runs.ts';
import { comparisonAnswer, parkedList, retryAnswer, retryRequest } from '../records/api/sync.ts';
import { worklistAnswer, worklistsAnswer } from '../records/api/worklists.ts';
import { getAccount } from './accounts/account.ts';
import { getAnswers, listDisagreements } from './accounts/disagreements.ts';
import { getHistory } from './accounts/history.ts';
import { listInterventions } from './accounts/interventions.ts';
import { listAccounts } from './accounts/list.ts';
import { getLog } from './accounts/log.ts';
import { getPortfolio } from './accounts/portfolio.ts';
import { getWorklist, listWorklists } from './accounts/worklists.ts';
import { getCandidate, getCandidateMoves, listCandidateMoves } from './candidate.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { enterAssessment, enterIntervention, enterNote } from './entries/enter-entry.ts';
import { enterOverride } from './entries/enter-override.ts';
import { listHandOvers, tickItem } from './entries/hand-overs.ts';
import { takeEvent } from './entries/take-event.ts';
import { withdrawOverride } from './entries/withdraw-override.ts';
import { acknowledgeEpisode, listEpisodes, listLots } from './episodes.ts';
import { openApi } from './open-api.ts';
import {
  accountParameters,
  answerParameters,
  candidateParameters,
  disagreementParameters,
  episodeParameters,
  handOverParameters,
  historyParameters,
  interventionParameters,
  lotParameters,
  ownerParameters,
  parkedParameters,
  runParameters,
  worklistParameters,
} from './parameters.ts';
import { decide, getRun, listRuns } from './runs.ts';
import { getComparison, listParked, retry } from './sync.ts';

const health = {
  role: null,
  shows: 'none',
  summary: 'Whether the API can answer',
  answer: healthAnswer,
  handle: async ({ runtime }: { runtime: { pack: { id: string } } }) => ({
    status: 'ok' as const,
    pack: runtime.pack.id,
  }),
} as const;

const repeated = 'Repeating a request with the same Idempotency-Key header has one effect.';

export const endpoints: readonly Endpoint[] = [
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
    path: '/v1/accounts/{id}/overrides',
    name: 'enterOverride',
    shows: 'account',
    summary: "Set a person's band in place of the computed one, for a limited time",
    description: `${repeated} The computed band is kept and shown beside it.`,
    body: overrideRequest,
    answer: overrideAnswer,
    status: 201,
    handle: ({ runtime, id, body, header }) =>
      enterOverride(runtime, id, body, header('Idempotency-Key')),
  }),
  endpoint({
    path: '/v1/accounts/{id}/overrides/{item}/withdraw',
    name: 'withdrawOverride',
    shows: 'account',
    summary: "End a person's band before its time",
    description:
      'Who set it, and until when, stays in the log. Repeating a request has one effect.',
    body: withdrawalRequest,
    answer: overrideAnswer,
    handle: ({ runtime, id, item, body }) =>
      withdrawOverride(runtime, { account: id, id: item }, body),
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
    path: '/v1/episodes/{id}/acknowledge',
    name: 'acknowledgeEpisode',
    shows: 'episode',
    summary: 'Say that somebody looks after an open episode',
    description: 'It is kept a moment later. What an event opened is closed by it.',
    body: acknowledgement,
    answer: acknowledgedAnswer,
    status: 202,
    handle: ({ runtime, id, body }) => acknowledgeEpisode(runtime, id, body),
  }),
  endpoint({
    path: '/v1/events',
    name: 'takeEvent',
    shows: 'account',
    summary: 'Report an answer to a survey, or a user who leaves, without waiting for a run',
    description:
      'People are notified within seconds, once. An event that its sender sends again with the same ' +
      'id changes nothing. Of many at once, the first few are sent one by one and the rest is counted ' +
      'in the digest of the day.',
    body: eventRequest,
    answer: eventAnswer,
    status: 202,
    handle: ({ runtime, caller, body }) => takeEvent(runtime, body, caller),
  }),
  endpoint({
    path: '/v1/accounts/{id}/assessments',
    name: 'enterAssessment',
    shows: 'account',
    summary: 'Enter what people judge of an account, with the last day it counts',
    description: repeated,
    body: assessmentRequest,
    answer: logEntry,
    status: 201,
    handle: ({ runtime, id, body, header }) =>
      enterAssessment(runtime, id, body, header('Idempotency-Key')),
  }),
  endpoint({
    path: '/v1/accounts/{id}/interventions',
    name: 'enterIntervention',
    shows: 'account',
    summary: 'Log what was done with a customer, and what a call found out',
    description: repeated,
    body: interventionRequest,
    answer: logEntry,
    status: 201,
    handle: ({ runtime, id, body, header }) =>
      enterIntervention(runtime, id, body, header('Idempotency-Key')),
  }),
  endpoint({
    path: '/v1/accounts/{id}/notes',
    name: 'enterNote',
    shows: 'account',
    summary: 'Keep a note or a link beside an account',
    description: repeated,
    body: noteRequest,
    answer: logEntry,
    status: 201,
    handle: ({ runtime, id, body, header }) =>
      enterNote(runtime, id, body, header('Idempotency-Key')),
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
    path: '/v1/hand-overs/{id}/items/{item}',
    name: 'tickItem',
    shows: 'hand-over',
    summary: 'Tick off what was handed over, or send what is missing back to sales',
    description:
      'Who did so and when is kept and never changed. What is missing may be ticked off later. ' +
      'Repeating a request has one effect.',
    body: tickRequest,
    answer: handOverAnswer,
    status: 201,
    handle: ({ runtime, id, item, body }) => tickItem(runtime, { id, item }, body),
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
  endpoint({
    path: '/v1/runs',
    name: 'listRuns',
    summary: 'Runs of the pack, the one started last first',
    query: runParameters,
    answer: runList,
    handle: ({ runtime, query }) => listRuns(runtime, query),
  }),
  endpoint({
    path: '/v1/runs/{id}',
    name: 'getRun',
    summary: 'One run: its progress, sources, and what became of it in Salesforce',
    answer: runAnswer,
    handle: ({ runtime, id }) => getRun(runtime, id),
  }),
  endpoint({
    path: '/v1/runs/{id}/release',
    name: 'releaseRun',
    role: 'operator',
    summary:
      'Let a run through that was held since too many accounts would change, or a first one that is withheld from Salesforce since most are unknown',
    body: decisionRequest,
    answer: runAnswer,
    handle: ({ runtime, id, body }) => decide(runtime, id, 'release', body),
  }),
  endpoint({
    path: '/v1/runs/{id}/discard',
    name: 'discardRun',
    role: 'operator',
    summary: 'Throw a held run away, or one whose copy failed: nothing of it becomes visible',
    body: decisionRequest,
    answer: runAnswer,
    handle: ({ runtime, id, body }) => decide(runtime, id, 'discard', body),
  }),
  endpoint({
    path: '/v1/sync/parked',
    name: 'listParked',
    summary: 'Accounts that Salesforce refuses as they are, with reason, field and since when',
    query: parkedParameters,
    answer: parkedList,
    handle: ({ runtime, query }) => listParked(runtime, query),
  }),
  endpoint({
    path: '/v1/sync/comparison',
    name: 'getComparison',
    summary: 'How far the comparison with Salesforce is, and what the last one found',
    answer: comparisonAnswer,
    handle: ({ runtime }) => getComparison(runtime),
  }),
  endpoint({
    path: '/v1/sync/retry',
    name: 'retrySync',
    role: 'operator',
    summary: 'Send accounts that Salesforce refused again: one, or all of them',
    description:
      'What was mended in Salesforce is not visible here: they are tried again every night, or ' +
      'by this at once. Some thousand are sent by one request; `next` says where to go on.',
    body: retryRequest,
    answer: retryAnswer,
    status: 202,
    handle: ({ runtime, body }) => retry(runtime, body),
  }),
  endpoint({
    path: '/v1/candidate',
    name: 'getCandidate',
    summary:
      'A version of the rules that is only looked at: who would stand in another band, and why',
    description:
      'It is compared after every run of the live rules, on the same inputs, and sent nowhere.',
    answer: candidateAnswer,
    handle: ({ runtime }) => getCandidate(runtime),
  }),
  endpoint({
    path: '/v1/candidate/accounts',
    name: 'listCandidateMoves',
    summary: 'Every account that would stand in another band by the candidate, by id',
    query: candidateParameters,
    answer: candidateMoves,
    handle: ({ runtime, query }) => listCandidateMoves(runtime, query),
  }),
  endpoint({
    path: '/v1/accounts/{id}/candidate',
    name: 'getCandidateMoves',
    shows: 'account',
    summary: 'In which other bands an account would stand by the candidate',
    answer: candidateMoves,
    handle: ({ runtime, id }) => getCandidateMoves(runtime, id),
  }),
  endpoint({
    path: '/v1/packs/{id}/retire',
    name: 'retirePack',
    role: 'operator',
    summary: 'Make the accounts absent that only a pack had which another one replaced',
    body: decisionRequest,
    answer: retiredAnswer,
    status: 202,
    handle: async ({ runtime, id, body }) => ({
      pack: id,
      ...(await retirePack(runtime, id, body)),
    }),
  }),
  endpoint({
    path: '/v1/packs/{id}/move',
    name: 'movePack',
    role: 'operator',
    summary: 'Let a pack that got another name keep its history, overrides, episodes and entries',
    body: moveRequest,
    answer: movedAnswer,
    handle: async ({ runtime, id, body }) => ({
      ...{ pack: id, to: body.to },
      ...(await movePack(runtime, id, body)),
    }),
  }),
  endpoint({
    path: '/v1/packs/{id}/convert-snapshots',
    name: 'convertSnapshots',
    role: 'operator',
    summary:
      'Take over what earlier releases kept of accounts by date, some hundred accounts a request',
    body: convertRequest,
    answer: convertedAnswer,
    handle: async ({ runtime, id, body }) => ({
      pack: id,
      ...(await convertSnapshots(runtime, id, body.after)),
    }),
  }),
  endpoint({
    path: '/v1/openapi.json',
    name: 'getOpenApi',
    shows: 'none',
    summary: 'This description',
    answer: openApiAnswer,
    handle: async () => openApi(endpoints),
  }),
  endpoint({ ...health, path: '/v1/health', name: 'getHealth' }),
  // Google's front end keeps /healthz of run.app addresses to itself; elsewhere it is customary.
  endpoint({ ...health, path: '/healthz', name: 'getHealthz' }),
];
