/** What events carry, as expressions read it. */
import type { ScopeColumn } from '../cel/expressions.ts';
import type { EventKind } from './signals.ts';

/** As in the input contract's tables of surveys and users. */
export const surveyKinds = ['nps', 'csat'] as const;
export const userRoles = ['key_user', 'admin', 'member', 'viewer'] as const;

export const eventColumns: Record<EventKind, ReadonlyMap<string, ScopeColumn>> = {
  survey_answer: new Map<string, ScopeColumn>([
    ['survey', { type: 'text', nullable: false, values: surveyKinds }],
    ['score', { type: 'number', nullable: false }],
  ]),
  user_departed: new Map<string, ScopeColumn>([
    ['role', { type: 'text', nullable: true, values: userRoles }],
  ]),
};
