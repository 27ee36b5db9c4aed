/** `kenko doctor`: looks at everything that a deployment rests on, and changes nothing. */
import { type Check, doChecks, type Examined } from './checks.ts';
import { ownTablesThere, sourceFreshness, sourceTables } from './data-checks.ts';
import { clockRight, googleCredentials } from './machine-checks.ts';
import type { DoctorReport, Finding } from './report.ts';
import {
  documentsReadable,
  indexesServed,
  lastRun,
  queuesThere,
  scorecardsStand,
} from './run-checks.ts';
import { salesforceCalls, salesforceFields, salesforceLogin } from './salesforce-checks.ts';
import { slackToken } from './slack-checks.ts';
import { syncParked } from './sync-checks.ts';

/** In the order in which things are mended. */
const checks: readonly Check[] = [
  clockRight,
  googleCredentials,
  sourceTables,
  ownTablesThere,
  documentsReadable,
  indexesServed,
  queuesThere,
  sourceFreshness,
  lastRun,
  scorecardsStand,
  salesforceLogin,
  salesforceFields,
  salesforceCalls,
  syncParked,
  slackToken,
];

/**
 * @param examined absent where nothing could be opened
 * @param before what was found before anything was opened
 */
export async function examine(
  examined: Examined | undefined,
  before: readonly Finding[] = [],
): Promise<DoctorReport> {
  return {
    pack: examined?.pack.id ?? null,
    findings: await doChecks(checks, examined, before),
  };
}
