/**
 * Every event the product logs, one function each, structured for Cloud Logging. The runbook
 * in the README lists each with what to do. No personal data and no secrets: ids, counts, codes,
 * and sentences of ours; what another system said stays out (see `summary` in errors.ts).
 */
import { KenkoError } from './errors.ts';
import { originalFrame } from './source-maps.ts';
import { currentRequest } from './trace.ts';

export type Severity = 'DEBUG' | 'INFO' | 'NOTICE' | 'WARNING' | 'ERROR';

/** One structured entry; `event` is stable, alerts and counters match on it. */
export interface LogEntry {
  severity: Severity;
  event: string;
  time: string;
  message: string;
  /** The deployed function at work, and the trace of its request. */
  function?: string;
  trace?: string;
  span?: string;
  sampled?: boolean;
  [field: string]: unknown;
}

export type LogSink = (entry: LogEntry) => void;
export type Log = ReturnType<typeof createLog>;

/**
 * What is counted: the sum of `field` over the entries of `event`. Log-based metrics extract
 * the same fields (`jsonPayload.<field>`).
 */
export const counters = {
  /** Results, one an account and score. */
  scored: { event: 'shard-scored', field: 'scored' },
  /** Accounts whose result changed in a run. */
  changed: { event: 'run-finished', field: 'changed' },
  /** Documents written by a shard. */
  published: { event: 'shard-published', field: 'published' },
  /** Accounts written to Salesforce, refused by it, and to be sent again. */
  synced: { event: 'accounts-synced', field: 'synced' },
  parked: { event: 'accounts-synced', field: 'parked' },
  retried: { event: 'accounts-synced', field: 'retried' },
  /** Runs that wait for a person. */
  held: { event: 'run-held', field: 'held' },
} as const;

/** What a comparison with Salesforce found. */
export interface ReconciledCounts {
  compared: number;
  differing: number;
  kept: number;
  unsent: number;
  parked: number;
  missing: number;
  orphans: number;
  moved: number;
  left: number;
  typed: number;
  complete: boolean;
}

export function createLog(sink: LogSink, clock: { now(): Date }) {
  const write =
    (severity: Severity, event: string) => (message: string, fields: Record<string, unknown>) =>
      sink({
        ...requestFields(),
        ...fields,
        severity,
        event,
        time: clock.now().toISOString(),
        message,
      });

  const runClaimed = write('INFO', 'run-claimed');
  const runWaiting = write('NOTICE', 'run-waiting');
  const runPrepared = write('INFO', 'run-prepared');
  const runClosed = write('INFO', 'run-closed');
  const runFinished = write('NOTICE', 'run-finished');
  const runFailed = write('ERROR', 'run-failed');
  const runHeld = write('ERROR', 'run-held');
  const runWithheld = write('ERROR', 'run-withheld');
  const runSuperseded = write('NOTICE', 'run-superseded');
  const sourceStale = write('WARNING', 'source-stale');
  const copyDelayed = write('WARNING', 'copy-delayed');
  const shardScored = write('INFO', 'shard-scored');
  const shardPublished = write('INFO', 'shard-published');
  const accountSetAside = write('WARNING', 'account-set-aside');
  const rowsRemarkable = write('WARNING', 'rows-remarkable');
  const rowsNotScored = write('WARNING', 'rows-not-scored');
  const accountsNotPublished = write('ERROR', 'accounts-not-published');
  const packRetired = write('NOTICE', 'pack-retired');
  const packMoved = write('NOTICE', 'pack-moved');
  const runStuck = write('ERROR', 'run-stuck');
  const messageIgnored = write('NOTICE', 'message-ignored');
  const accountsSynced = write('INFO', 'accounts-synced');
  const accountParked = write('WARNING', 'account-parked');
  const syncDelayed = write('WARNING', 'sync-delayed');
  const credentialsRefused = write('ERROR', 'credentials-refused');
  const reconciled = write('NOTICE', 'reconciled');
  const reconcileProgressed = write('INFO', 'reconcile-progressed');
  const recordsDiffer = write('WARNING', 'records-differ');
  const recordsLeft = write('ERROR', 'records-left');
  const accountsNotified = write('INFO', 'accounts-notified');
  const noticeNotSent = write('WARNING', 'notice-not-sent');
  const runExpired = write('ERROR', 'run-expired');
  const runDecided = write('NOTICE', 'run-decided');
  const candidateCompared = write('NOTICE', 'candidate-compared');
  const scorecardAged = write('WARNING', 'scorecard-aged');
  const candidateFailed = write('WARNING', 'candidate-failed');
  const sweepResumed = write('NOTICE', 'sweep-resumed');
  const batchLost = write('WARNING', 'batch-lost');
  const requestFailed = write('ERROR', 'request-failed');
  const requestRefused = write('NOTICE', 'request-refused');
  const notConfigured = write('ERROR', 'not-configured');
  const libraryFailed = write('WARNING', 'library-failed');

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
    /** More accounts would change than the pack allows in one run, or a source is gone. */
    runHeld: (f: {
      run: string;
      code: string;
      reason: string;
      shown: number;
      gone: number;
      band_changed: number;
      unknown: number;
      tables: readonly string[];
    }) => runHeld(`run ${f.run} held: ${f.reason}`, { ...f, held: 1 }),
    /** Published, and nothing of it is written to Salesforce: most accounts of a first run are unknown. */
    runWithheld: (f: { run: string; reason: string; accounts: number; unknown: number }) =>
      runWithheld(`run ${f.run}: ${f.reason}`, f),
    /** A newer slot of the date, or a later date, is closed already. */
    runSuperseded: (f: { run: string; by: string }) =>
      runSuperseded(`run ${f.run} superseded by ${f.by}`, f),
    /** A source lags behind the run's date. */
    sourceStale: (f: { run: string; table: string; complete_through: string | null }) =>
      sourceStale(
        `source ${f.table} is complete through ${f.complete_through ?? 'no day at all'}`,
        f,
      ),
    /** What people entered, or outcomes, could not be copied to the warehouse; the next run copies them. */
    copyDelayed: (f: { run: string; what: string; error: unknown }) => {
      const { code, reason } = failureFields(f.error);
      copyDelayed(`run ${f.run}: ${f.what} is not copied: ${reason}`, {
        run: f.run,
        what: f.what,
        code,
        reason,
      });
    },
    shardScored: (f: { run: string; shard: number; rows: number; scored: number }) =>
      shardScored(`run ${f.run}: shard ${f.shard} scored`, f),
    shardPublished: (f: { run: string; shard: number; published: number }) =>
      shardPublished(`run ${f.run}: shard ${f.shard} published, ${f.published} changed`, f),
    /** Rows of an account cannot be scored, so it keeps its result; what the cell holds is not said here. */
    accountSetAside: (f: { run: string; account: string; table: string; column: string }) =>
      accountSetAside(
        `run ${f.run}: account ${f.account} is set aside for ${f.table}.${f.column}`,
        f,
      ),
    /** Something in the team's rows that does not keep anybody from a score; the run says what. */
    rowsRemarkable: (f: { run: string; notes: number; set_aside: number }) =>
      rowsRemarkable(
        `run ${f.run}: ${f.set_aside} accounts set aside, ${f.notes} remarks on rows; see kenko runs show`,
        f,
      ),
    /** Rows in state error keep their previous result. */
    rowsNotScored: (f: { run: string; shard: number; rows: number }) =>
      rowsNotScored(`run ${f.run}: ${f.rows} rows of shard ${f.shard} could not be scored`, f),
    /** Accounts that cannot be written as they are; the others of the shard are published. */
    accountsNotPublished: (f: {
      run: string;
      shard: number;
      accounts: number;
      /** The first of them. */
      account: string;
      table: string | null;
      column: string | null;
      reason: string;
    }) =>
      accountsNotPublished(
        `run ${f.run}: ${f.accounts} accounts of shard ${f.shard} cannot be published, such as ${f.account}: ${f.reason}`,
        f,
      ),
    /** A person retired a pack that another one replaced: its accounts become absent. */
    packRetired: (f: { pack: string; accounts: number }) =>
      packRetired(`the pack ${f.pack} is retired: ${f.accounts} accounts become absent`, f),
    /** A pack goes by another name: what was kept of it is the other's now. */
    packMoved: (f: { pack: string; to: string }) =>
      packMoved(`the pack ${f.pack} is ${f.to} now, with all that was kept of it`, f),
    /** A run that is closed or nearly so does not come to its end; the cause is what last failed. */
    runStuck: (f: { run: string; state: string; minutes: number; code: string; reason: string }) =>
      runStuck(`run ${f.run} has been ${f.state} for ${f.minutes} minutes: ${f.reason}`, f),
    /** The same of all runs: a document that cannot be read keeps them from being looked at. */
    runsUnreadable: (f: { code: string; reason: string }) =>
      runStuck(`runs cannot be looked at: ${f.reason}`, f),
    /** A message that asks for nothing any more, or cannot be understood. */
    messageIgnored: (f: { function: string; reason: string; run?: string }) =>
      messageIgnored(`${f.function} ignored a message: ${f.reason}`, f),
    /** What became of the accounts of one message. */
    accountsSynced: (f: {
      run: string;
      synced: number;
      unchanged: number;
      parked: number;
      retried: number;
    }) => accountsSynced(`${f.synced} accounts written to Salesforce`, f),
    /** Salesforce refuses the row as it is; its document says in whose words. */
    accountParked: (f: { run: string; account: string; code: string }) =>
      accountParked(`account ${f.account} parked: ${f.code}`, f),
    /** Salesforce cannot take rows now; sweep sends them later. */
    syncDelayed: (f: { run: string; accounts: number; code: string }) =>
      syncDelayed(`${f.accounts} accounts wait for Salesforce: ${f.code}`, f),
    /** Salesforce refuses the login or whole calls: accounts wait until an operator has mended that. */
    credentialsRefused: (f: { run: string; accounts: number; code: string }) =>
      credentialsRefused(`Salesforce refuses us (${f.code}); ${f.accounts} accounts wait`, f),
    /** Episodes that opened, and what became of their messages. */
    accountsNotified: (f: {
      opened: number;
      sent: number;
      waiting: number;
      refused: number;
      unsure: number;
    }) => accountsNotified(`${f.opened} episodes opened, ${f.sent} notices sent`, f),
    /** A message or a task could not be sent; due and sending are tried again. */
    noticeNotSent: (f: {
      episode: string;
      signal: string;
      to: string;
      state: string;
      code: string;
    }) => noticeNotSent(`a notice of ${f.signal} to ${f.to} is ${f.state}: ${f.code}`, f),
    /** A person let a held run through, or threw it away. */
    runDecided: (f: { run: string; action: string }) => runDecided(`run ${f.run}: ${f.action}`, f),
    /** Nobody decided about a held run in time: it was thrown away. */
    runExpired: (f: { run: string; days: number }) =>
      runExpired(`run ${f.run} was held for ${f.days} days and is discarded`, f),
    /** A candidate was scored beside the live rules; `moved` accounts would stand in another band. */
    candidateCompared: (f: { pack: string; run: string; accounts: number; moved: number }) =>
      candidateCompared(`the candidate would move ${f.moved} of ${f.accounts} accounts`, f),
    /** A candidate could not be compared; the live rules are not touched by it. */
    candidateFailed: (f: { pack: string; run: string; code: string; reason: string }) =>
      candidateFailed(`the candidate could not be compared: ${f.reason}`, f),
    /** Points of a score have moved far since its scorecards went live; said once. */
    scorecardAged: (f: {
      pack: string;
      score: string;
      since: string;
      date: string;
      psi: number;
      metrics: readonly string[];
    }) => scorecardAged(`the score ${f.score} has aged since ${f.since}: its points moved far`, f),
    /** Salesforce was compared with the latest results. */
    reconciled: (f: ReconciledCounts) => reconciled(`${f.compared} accounts compared`, { ...f }),
    /** A part of a comparison is done; the next call goes on. */
    reconcileProgressed: (f: {
      reconciliation: string;
      state: string;
      step: string;
      compared: number;
      calls: number;
    }) => reconcileProgressed(`${f.compared} accounts compared so far`, f),
    /** Salesforce was found to differ; what can be mended is on its way. */
    recordsDiffer: (f: ReconciledCounts) =>
      recordsDiffer(
        `${f.differing} of ${f.compared} accounts differ in Salesforce, ${f.missing} have no record, ${f.moved} have another, ${f.parked} are refused, ${f.unsent} wait, ${f.orphans} records have no account`,
        { ...f },
      ),
    /** So many records that are nobody's show accounts that a mistake is likely: they are left as they are. */
    recordsLeft: (f: { left: number; unclaimed: number; compared: number }) =>
      recordsLeft(
        `${f.left} records that are no account's show one; ${f.unclaimed} that are nobody's show something in fields of Kenko`,
        f,
      ),
    /** Sweep set something going that had stopped. */
    sweepResumed: (f: { what: string; count: number; run?: string }) =>
      sweepResumed(`sweep resumed ${f.count} ${f.what}`, f),
    /** Not all messages of a batch were received while they could be alive: given up, or lost. */
    batchLost: (f: { queue: string; messages: number; sent: number }) =>
      batchLost(
        `of ${f.messages} messages that sweep sent to ${f.queue}, not all were received`,
        f,
      ),
    /** A request, or a part of its work, ended in an error of ours. */
    requestFailed: (f: { function: string; error: unknown }) => {
      const fields = { function: f.function, ...failureFields(f.error) };
      requestFailed(`${f.function} failed: ${fields.reason}`, fields);
    },
    /** A request was wrong; its sender was answered why, in words that may repeat it. */
    requestRefused: (f: { function: string; code: string; status: number }) =>
      requestRefused(`${f.function} refused a request: ${f.code}`, f),
    /** A function's environment or rules are wrong: it cannot work at all. */
    notConfigured: (f: { function: string; error: unknown }) => {
      const fields = { function: f.function, ...failureFields(f.error) };
      notConfigured(`${f.function} cannot work: ${fields.reason}`, fields);
    },
    /** A library printed an error, of a request or of its own. */
    libraryFailed: (f: { error: unknown }) => {
      const fields = failureFields(f.error);
      libraryFailed(`a library failed: ${fields.reason}`, fields);
    },
  };
}

function requestFields(): Partial<LogEntry> {
  const request = currentRequest();
  if (!request) return {};
  const { trace, requestTrace } = request;
  return {
    function: request.function,
    ...(requestTrace !== undefined && { request_trace: requestTrace }),
    ...(trace && { trace: trace.traceId, span: trace.spanId, sampled: trace.sampled }),
  };
}

/**
 * What a log may hold of an error. That of a defect, or of a library, says anything, so only
 * its name and where it was thrown are kept; Error Reporting reads `stack_trace`.
 */
export function failureFields(error: unknown): {
  code: string;
  reason: string;
  stack_trace?: string;
} {
  if (error instanceof KenkoError) return { code: error.code, reason: error.summary };
  if (!(error instanceof Error)) return { code: 'internal', reason: typeof error };
  const name = /^\w{1,60}$/.test(error.name) ? error.name : 'Error';
  const frames = framesOf(error);
  const [where = ''] = frames;
  return {
    code: 'internal',
    reason: `${name} ${where}`.trim(),
    stack_trace: [name, ...frames.map((frame) => `    ${frame}`)].join('\n'),
  };
}

/** `at function (file:line:column)`, innermost first; the message before them is cut off. */
function framesOf({ stack = '', message }: Error): string[] {
  const start = stack.indexOf(message);
  if (start < 0) return [];
  return stack
    .slice(start + message.length)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^at .*:\d+:\d+\)?$/.test(line))
    .map(originalFrame);
}

/**
 * Writes entries as Cloud Logging reads them from a function's output: one JSON value a line.
 * https://cloud.google.com/logging/docs/structured-logging#special-payload-fields
 */
export function writeToStdout(projectId: string | undefined): LogSink {
  return (entry) => {
    const { trace, span, sampled, ...fields } = entry;
    const line = {
      ...fields,
      ...(trace !== undefined &&
        projectId !== undefined && {
          'logging.googleapis.com/trace': `projects/${projectId}/traces/${trace}`,
          'logging.googleapis.com/spanId': span,
          'logging.googleapis.com/trace_sampled': sampled,
        }),
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  };
}
