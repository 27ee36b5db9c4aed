/** A check, all it may look at, and how checks are done one after the other. */
import { messageOf, Retryable, Throttled, Unauthorized } from '../errors.ts';
import type { Runtime } from '../runtime.ts';
import {
  type Finding,
  type Found,
  hasProblem,
  notChecked,
  problem,
  type Trouble,
} from './report.ts';
import { type CheckId, failures, reasons, titles } from './texts.ts';

/** What a check may look at. None of it is changed. */
export interface Examined
  extends Pick<Runtime, 'warehouse' | 'snapshots' | 'bus' | 'clock' | 'pack' | 'tables'> {
  /** `local`: nothing is scheduled, and everything is on this machine. */
  place: 'local' | 'deployed';
  /** Absent where none is set up, or its settings are wrong. */
  crm?: Runtime['crm'];
  /** Absent on a laptop, where nobody is notified. */
  messenger?: Runtime['messenger'];
  /** Where BigQuery's jobs run; null where there is one place only. */
  location: string | null;
  /** Asks Google for an access token. @throws where there is none; absent on a laptop. */
  googleToken?: () => Promise<void>;
  /** The time that another machine says it is. */
  serverTime: () => Promise<Date>;
}

export interface Check {
  id: CheckId;
  /** Checks without whose success this one would only say the same again. */
  needs: readonly CheckId[];
  look(examined: Examined): Promise<Found[]>;
}

/**
 * Does every check, whatever becomes of the others: one that rests on what is wrong already is
 * named as not checked, one that throws is a problem.
 * @param before what was found before anything could be opened
 * @param examined absent where nothing could be opened
 */
export async function doChecks(
  checks: readonly Check[],
  examined: Examined | undefined,
  before: readonly Finding[],
): Promise<Finding[]> {
  const findings = [...before];
  for (const check of checks) {
    const found = await outcomeOf(check, examined, findings);
    findings.push(...found.map((each) => ({ id: check.id, ...each })));
  }
  return findings;
}

async function outcomeOf(
  check: Check,
  examined: Examined | undefined,
  findings: readonly Finding[],
): Promise<Found[]> {
  const title = titles[check.id];
  const obstacle = check.needs.find((id) => {
    const those = findings.filter((finding) => finding.id === id);
    return hasProblem(those) || those.some(({ outcome }) => outcome === 'not-checked');
  });
  if (obstacle) {
    const reason = findings.find(({ id, outcome }) => id === obstacle && outcome === 'not-checked');
    return [notChecked(title, reason?.said ?? reasons.after(titles[obstacle]))];
  }
  if (!examined) return [notChecked(title, reasons.after(titles.configuration))];
  try {
    return await check.look(examined);
  } catch (error) {
    return [problem(title, troubleOf(error))];
  }
}

/** What an error means for whoever mends it. */
export function troubleOf(error: unknown): Trouble {
  const said = messageOf(error);
  if (error instanceof Unauthorized) return failures.unauthorized(said);
  if (error instanceof Retryable || error instanceof Throttled) return failures.passing(said);
  return failures.rejected(said);
}
