/**
 * Every event the product logs, one function each, structured for Cloud Logging. The runbook
 * in the README lists each with what to do. No personal data: ids, counts and codes only.
 */
import type { Clock } from './ports/clock.ts';

export type Severity = 'DEBUG' | 'INFO' | 'NOTICE' | 'WARNING' | 'ERROR';

/** One structured entry; `event` is stable, alerts and counters match on it. */
export interface LogEntry {
  severity: Severity;
  event: string;
  time: string;
  message: string;
  [field: string]: unknown;
}

export type LogSink = (entry: LogEntry) => void;
export type Log = ReturnType<typeof createLog>;

export function createLog(sink: LogSink, clock: Clock) {
  const write =
    (severity: Severity, event: string) => (message: string, fields: Record<string, unknown>) =>
      sink({ ...fields, severity, event, time: clock.now().toISOString(), message });

  const runClaimed = write('INFO', 'run-claimed');
  const runWaiting = write('NOTICE', 'run-waiting');
  const runPrepared = write('INFO', 'run-prepared');
  const runClosed = write('INFO', 'run-closed');
  const runFinished = write('NOTICE', 'run-finished');
  const runFailed = write('ERROR', 'run-failed');
  const runHeld = write('ERROR', 'run-held');
  const runSuperseded = write('NOTICE', 'run-superseded');
  const sourceStale = write('WARNING', 'source-stale');
  const shardScored = write('INFO', 'shard-scored');
  const shardPublished = write('INFO', 'shard-published');
  const rowsNotScored = write('WARNING', 'rows-not-scored');
  const messageIgnored = write('NOTICE', 'message-ignored');
  const accountsSynced = write('INFO', 'accounts-synced');
  const accountParked = write('WARNING', 'account-parked');
  const syncDelayed = write('WARNING', 'sync-delayed');
  const sweepResumed = write('NOTICE', 'sweep-resumed');
  const requestFailed = write('ERROR', 'request-failed');
  const requestRefused = write('NOTICE', 'request-refused');

  return {
    /** A slot was claimed: its run starts or resumes. */
    runClaimed: (f: { run: string; slot: string; date: string; state: string }) =>
      runClaimed(`run ${f.run} claimed`, f),
    /** Another run holds the pack's lease; sweep starts this one when it ends. */
    runWaiting: (f: { run: string; holder: string }) =>
      runWaiting(`run ${f.run} waits for ${f.holder}`, f),
    /** Inputs are frozen and the shards are on their way. */
    runPrepared: (f: { run: string; accounts: number; shards: number }) =>
      runPrepared(`run ${f.run}: ${f.accounts} accounts in ${f.shards} shards`, f),
    /** The history partition was replaced. */
    runClosed: (f: { run: string; date: string; revision: number }) =>
      runClosed(`run ${f.run} closed ${f.date}, revision ${f.revision}`, f),
    /** Everything of the run is published; the CRM follows on its own queue. */
    runFinished: (f: { run: string; changed: number }) =>
      runFinished(`run ${f.run} finished, ${f.changed} accounts changed`, f),
    /** The run ended without effect. */
    runFailed: (f: { run: string; code: string; reason: string }) =>
      runFailed(`run ${f.run} failed: ${f.reason}`, f),
    /** More accounts would change band than the pack allows in one run. */
    runHeld: (f: { run: string; band_changes: number; comparable: number }) =>
      runHeld(`run ${f.run} held: ${f.band_changes} of ${f.comparable} results change band`, f),
    /** A newer slot of the date, or a later date, is closed already. */
    runSuperseded: (f: { run: string; by: string }) =>
      runSuperseded(`run ${f.run} superseded by ${f.by}`, f),
    /** A source lags behind the run's date. */
    sourceStale: (f: { run: string; table: string; complete_through: string | null }) =>
      sourceStale(
        `source ${f.table} is complete through ${f.complete_through ?? 'no day at all'}`,
        f,
      ),
    shardScored: (f: { run: string; shard: number; rows: number }) =>
      shardScored(`run ${f.run}: shard ${f.shard} scored`, f),
    shardPublished: (f: { run: string; shard: number; changed: number }) =>
      shardPublished(`run ${f.run}: shard ${f.shard} published, ${f.changed} changed`, f),
    /** Rows in state error keep their previous result. */
    rowsNotScored: (f: { run: string; shard: number; rows: number }) =>
      rowsNotScored(`run ${f.run}: ${f.rows} rows of shard ${f.shard} could not be scored`, f),
    /** A message that asks for nothing any more, or cannot be understood. */
    messageIgnored: (f: { function: string; reason: string; run?: string }) =>
      messageIgnored(`${f.function} ignored a message: ${f.reason}`, f),
    accountsSynced: (f: { run: string; updated: number; unchanged: number }) =>
      accountsSynced(`${f.updated} accounts written to Salesforce`, f),
    /** Salesforce refuses the row as it is. */
    accountParked: (f: { run: string; account: string; code: string; reason: string }) =>
      accountParked(`account ${f.account} parked: ${f.code}`, f),
    /** Salesforce cannot take rows now; sweep sends them later. */
    syncDelayed: (f: { run: string; accounts: number; code: string }) =>
      syncDelayed(`${f.accounts} accounts wait for Salesforce: ${f.code}`, f),
    /** Sweep set something going that had stopped. */
    sweepResumed: (f: { what: string; count: number; run?: string }) =>
      sweepResumed(`sweep resumed ${f.count} ${f.what}`, f),
    /** A request ended in an error of ours. */
    requestFailed: (f: { function: string; code: string; reason: string }) =>
      requestFailed(`${f.function} failed: ${f.reason}`, f),
    /** A request was wrong. */
    requestRefused: (f: { function: string; code: string; reason: string }) =>
      requestRefused(`${f.function} refused a request: ${f.reason}`, f),
  };
}
