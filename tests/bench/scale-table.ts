/** What a day takes in the cloud at other sizes: from counts that were measured and limits that are documented. */
import { prices } from './prices.ts';
import type { Day } from './scale-bench.ts';

const sizes = [1_000, 100_000, 1_000_000, 10_000_000];
const daysOfMonth = 30;

/**
 * What the services allow, with where it is written, and what nobody could measure here.
 * Firestore: 500 writes a second to begin with, half as many again every five minutes
 * (https://firebase.google.com/docs/firestore/best-practices#ramping_up_traffic). Salesforce: 200
 * records a call of sObject Collections; 100,000 calls a day in Enterprise Edition, more by licences
 * (https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_api.htm).
 */
const firestore = { writesAtFirst: 500, growth: 1.5, every: 300 };
const callsADay = 100_000;
/** As `terraform/` has them. */
const instancesOfSync = 5;
/** Assumed. */
const secondsOfUpdate = 6;
const secondsOfPage = 4;

export function scaleTable(day: Day, accounts: number): string {
  const { publish, sync, reconcile, score } = day;
  const share = publish.work / accounts;
  const writesEach = publish.writes / publish.work;
  const syncCallsEach = sync.calls / sync.work;
  // Every record is listed, and those of published accounts are read, by pages of one size.
  const comparedCallsEach = (2 * reconcile.calls) / (accounts + reconcile.work);
  const bytesEach = day['publish-raw'].bytesEach;
  const rows: [string, (n: number) => string][] = [
    ['changed accounts', (n) => whole(n * share)],
    ['Firestore writes of publish', (n) => whole(n * share * writesEach)],
    ['  at 500/50/5, a first day', (n) => duration(rampedUp(n * share * writesEach))],
    ['Firestore bytes of latest documents', (n) => `${whole((n * bytesEach) / 1e6)} MB`],
    ['messages of changed accounts', (n) => whole((n * share * publish.messages) / publish.work)],
    ['Salesforce calls of sync', (n) => whole(n * share * syncCallsEach)],
    [
      `  ${instancesOfSync} at once, ${secondsOfUpdate} s each (assumed)`,
      (n) => duration((n * share * syncCallsEach * secondsOfUpdate) / instancesOfSync),
    ],
    ['Salesforce calls of reconcile', (n) => whole(n * comparedCallsEach)],
    [
      `  one after the other, ${secondsOfPage} s each (assumed)`,
      (n) => duration(n * comparedCallsEach * secondsOfPage),
    ],
    [
      '  share of 100,000 calls a day',
      (n) => percent((n * (share * syncCallsEach + comparedCallsEach)) / callsADay),
    ],
    ['seconds of scoring on this machine', (n) => whole((n * score.seconds) / accounts)],
    ['Firestore a month, reads and writes', (n) => usd(n, day, accounts)],
    [
      'first limit',
      (n) => firstLimit(n, share * writesEach, share * syncCallsEach + comparedCallsEach),
    ],
  ];
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(44) : cell.padStart(20))).join('');
  return [
    `One day of ${whole(accounts)} accounts, ${percent(share)} of them changed, measured here; other sizes in proportion:`,
    line(['accounts', ...sizes.map(whole)]),
    ...rows.map(([what, of]) => line([what, ...sizes.map(of)])),
  ].join('\n');
}

const whole = (n: number): string => Math.round(n).toLocaleString('en');
const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds.toFixed(0)} s`;
  return seconds < 7_200 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** Seconds until so many writes are through, where the rate begins low. */
function rampedUp(writes: number): number {
  let rate = firestore.writesAtFirst;
  let left = writes;
  let seconds = 0;
  while (left > rate * firestore.every) {
    left -= rate * firestore.every;
    seconds += firestore.every;
    rate *= firestore.growth;
  }
  return seconds + left / rate;
}

function usd(n: number, day: Day, accounts: number): string {
  const stages = [day.score, day.publish, day.sync, day.reconcile];
  const sum = (of: 'reads' | 'writes') => stages.reduce((all, stage) => all + stage[of], 0);
  const of = (what: 'reads' | 'writes') => (sum(what) / prices[what].per) * prices[what].usd;
  return `$${whole(((of('reads') + of('writes')) * daysOfMonth * n) / accounts)}`;
}

function firstLimit(n: number, writesEach: number, callsEach: number): string {
  if (n * callsEach > callsADay) return 'calls a day';
  return n * writesEach > firestore.writesAtFirst * firestore.every ? 'ramping up' : 'none';
}
