import type { DoctorReport } from '../../doctor/report.ts';
import type { DeadLetter } from '../../ports/bus.ts';
import type { ReconciliationDocument } from '../../records/documents.ts';
import type { RunSummary } from '../run/run-summary.ts';

/** What a run or a backfill reports while it works. */
export type Progress = (line: string) => void;

export interface BackfillSummary {
  /** Dates written, oldest first. */
  dates: string[];
  accounts: number;
  seconds: number;
}

/** What a comparison with Salesforce found, and whether all that was sent again is through. */
export type Reconciled = ReconciliationDocument;

/**
 * A system at work on a state folder: in this process, or in another one that owns the folder
 * and is talked to over HTTP.
 */
export interface Session {
  pack: string;
  /** Address of the API and the dashboard. */
  apiUrl: string;
  /**
   * Runs a slot to its end, Salesforce included. Without a slot: the next one due, or one that
   * looks at the data as of an instant.
   */
  run(
    request: { slot?: string | undefined; asOf?: string | undefined },
    progress: Progress,
  ): Promise<RunSummary>;
  backfill(
    request: { from: string; to: string; every: number },
    progress: Progress,
  ): Promise<BackfillSummary>;
  deadLetters(queue?: string): Promise<DeadLetter[]>;
  replay(ids: readonly string[]): Promise<number>;
  /** What Cloud Scheduler calls every ten minutes. */
  sweep(): Promise<void>;
  /** Asks the API. @throws Rejected with the API's sentence where it refuses */
  get(path: string): Promise<unknown>;
  /** As `get`, with a body. */
  post(path: string, body: unknown): Promise<unknown>;
  /** Compares Salesforce with the results, as Cloud Scheduler asks for every night. */
  reconcile(): Promise<Reconciled>;
  /** Looks at all that the system rests on, and changes nothing. */
  doctor(): Promise<DoctorReport>;
  close(): Promise<void>;
}
