/** What commands ask of the system that works on a state folder. */
import { z } from 'zod';
import { doctorReport } from '../../doctor/report.ts';
import { previewPage, previewRequest } from '../../records/api/sync.ts';
import { reconciliationDocument } from '../../records/documents.ts';
import { queueNames } from '../../records/messages.ts';
import { runSummary } from '../run/run-summary.ts';
import type { Query } from './http-client.ts';

/** What a run or a backfill reports while it works. */
export type Progress = (line: string) => void;

export const backfillSummary = z.strictObject({
  dates: z.array(z.string()).describe('Dates written, oldest first'),
  accounts: z.int(),
  seconds: z.number(),
});
export type BackfillSummary = z.infer<typeof backfillSummary>;

const queue = z.enum(queueNames);

const deadLetter = z.strictObject({
  id: z.string(),
  queue,
  body: z.unknown(),
  attempts: z.int(),
  error: z.string(),
  failedAt: z.string(),
});

/** The calls that only the process which owns the folder can answer: what each takes and gives. */
export const calls = {
  /**
   * Runs a slot to its end, Salesforce included. Without a slot: the next one due, or one that
   * looks at the data as of an instant.
   */
  run: {
    request: z.strictObject({ slot: z.string().optional(), asOf: z.string().optional() }),
    answer: runSummary,
  },
  backfill: {
    request: z.strictObject({ from: z.string(), to: z.string(), every: z.int().min(1) }),
    answer: backfillSummary,
  },
  /** Of one queue, or of all. */
  deadLetters: { request: queue.optional(), answer: z.array(deadLetter) },
  /** Sends these dead letters again, or all; answers how many. */
  replay: { request: z.array(z.string()), answer: z.int() },
  /** Sends a body to the API, and waits until what it led to is through. */
  post: {
    request: z.strictObject({ path: z.string(), body: z.unknown() }),
    answer: z.unknown(),
  },
  /** Compares Salesforce with the results, as Cloud Scheduler asks for every night. */
  reconcile: { request: z.void(), answer: reconciliationDocument },
  /** What a sync would write to Salesforce, a page of accounts; nothing is written. */
  preview: { request: previewRequest, answer: previewPage },
  /** Looks at all that the system rests on, and changes nothing. */
  doctor: { request: z.void(), answer: doctorReport },
};

export type Call = keyof typeof calls;
export type Request<C extends Call> = z.output<(typeof calls)[C]['request']>;
export type Answer<C extends Call> = z.output<(typeof calls)[C]['answer']>;
export type Calls = {
  [C in Call]: (request: Request<C>, progress?: Progress) => Promise<Answer<C>>;
};
export const callNames = Object.keys(calls) as Call[];

/**
 * A system at work on a state folder: in this process, or in another one that owns the folder
 * and is talked to over HTTP.
 */
export interface Session extends Calls {
  pack: string;
  /** Address of the API and the dashboard. */
  apiUrl: string;
  /** What Cloud Scheduler calls every ten minutes. */
  sweep(): Promise<void>;
  /**
   * Asks the API; parameters without a value are left out.
   * @throws Rejected with the API's sentence where it refuses
   */
  get(path: string, parameters?: Query): Promise<unknown>;
  close(): Promise<void>;
}
