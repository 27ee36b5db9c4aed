/** What people and other systems enter. */
import {
  assessmentRequest,
  interventionRequest,
  logEntry,
  noteRequest,
} from '../../records/api/entries.ts';
import {
  acknowledgedAnswer,
  acknowledgement,
  eventAnswer,
  eventRequest,
} from '../../records/api/episodes.ts';
import { handOverAnswer, tickRequest } from '../../records/api/hand-overs.ts';
import { overrideAnswer, overrideRequest, withdrawalRequest } from '../../records/api/overrides.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { enterAssessment, enterIntervention, enterNote } from '../entries/enter-entry.ts';
import { enterOverride } from '../entries/enter-override.ts';
import { tickItem } from '../entries/hand-overs.ts';
import { takeEvent } from '../entries/take-event.ts';
import { withdrawOverride } from '../entries/withdraw-override.ts';
import { acknowledgeEpisode } from '../episodes.ts';

const repeated = 'Repeating a request with the same Idempotency-Key header has one effect.';

export const enteringEndpoints: readonly Endpoint[] = [
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
];
