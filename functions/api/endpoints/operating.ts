/** Runs, the candidate, Salesforce and packs: looked at, and decided by operators. */
import { convertSnapshots } from '../../publish/convert-snapshots.ts';
import { movePack } from '../../publish/move-pack.ts';
import { retirePack } from '../../publish/retire-pack.ts';
import { candidateAnswer, candidateMoves } from '../../records/api/candidate.ts';
import {
  convertedAnswer,
  convertRequest,
  decisionRequest,
  movedAnswer,
  moveRequest,
  retiredAnswer,
  runAnswer,
  runList,
} from '../../records/api/runs.ts';
import { comparisonAnswer, parkedList, retryAnswer, retryRequest } from '../../records/api/sync.ts';
import { getCandidate, getCandidateMoves, listCandidateMoves } from '../candidate.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { candidateParameters, parkedParameters, runParameters } from '../parameters.ts';
import { decide, getRun, listRuns } from '../runs.ts';
import { getComparison, listParked, retry } from '../sync.ts';

export const operatingEndpoints: readonly Endpoint[] = [
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
];
