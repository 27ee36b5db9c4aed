/** rules/bench/scorecards/enterprise.yaml as a loop: entries are sums of comparisons. */
import { any, backed, left, type Metrics, measureCount, tablesOf } from './metrics.ts';

/** By measure: most it earns, what it earns without a value, and by step. */
const { packed, earned } = tablesOf([
  [800, left, 0, 100, 250, 400, 550, 700, 800], // seat_utilisation
  [400, left, 0, 100, 300, 400], // active_users
  [400, left, 0, 100, 300, 400], // active_days
  [400, left, 0, 100, 300, 400], // minutes_ratio
  [800, left, 0, 150, 400, 650, 800], // features_used
  [400, left, 0, 200, 400], // options_used
  [300, left, 0, 100, 200, 300], // creations
  [500, left, 0, 150, 350, 500], // sharing_users
  [300, left, 0, 100, 200, 300], // logins_per_user
  [600, left, 0, 200, 400, 600], // api_calls
  [500, left, 500, 350, 150, 0], // error_rate
  [200, left, 200, 150, 50, 0], // tickets
  [400, left, 400, 300, 100, 0], // bugs
  [400, left, 400, 300, 100, 0], // days_to_close
  [200, left, 200, 100, 0], // reopened
  [400, 150, 0, 100, 300, 400], // nps
  [500, 0, 500, 350, 150, 0], // days_since_contact
  [600, left, 0, 200, 400, 600], // key_users
  [300, left, 300, 200, 100, 0], // days_overdue
  [200, left, 0, 100, 200], // days_since_start
  [400, left, 0, 200, 400], // proficiency
  [200, left, 0, 100, 200], // embeddedness
  [200, left, 0, 200], // uses_sso
]);

export function scoreEnterprise(
  metrics: Metrics,
  rows: Int32Array,
  count: number,
  sums: Float64Array,
  list: Float64Array,
): void {
  const {
    seatUtilisation,
    activeUsers,
    activeDays,
    minutesRatio,
    featuresUsed,
    optionsUsed,
    creations,
    sharingUsers,
    loginsPerUser,
    apiCalls,
    errorRate,
    tickets,
    bugs,
    daysToClose,
    reopened,
    nps,
    csat,
    answeredRate,
    daysSinceContact,
    keyUsers,
    daysOverdue,
    daysSinceStart,
    proficiency,
    embeddedness,
    usesSso,
  } = metrics;
  let v = 0;
  let i = 0;
  let share = 0;
  let gained = 0;
  for (let k = 0; k < count; k++) {
    const r = rows[k] as number;
    const at = r * measureCount;
    let sum = 0;
    v = seatUtilisation[r] as number;
    i =
      +(v >= any) +
      +(v >= 0.165) +
      +(v >= 0.33) +
      +(v >= 0.495) +
      +(v >= 0.66) +
      +(v >= 0.825) +
      +(v >= 0.99);
    sum += packed[i] as number;
    list[at + 0] = earned[i] as number;
    v = activeUsers[r] as number;
    i = 8 + +(v >= any) + +(v >= 16) + +(v >= 48) + +(v >= 120);
    sum += packed[i] as number;
    list[at + 1] = earned[i] as number;
    v = activeDays[r] as number;
    i = 13 + +(v >= any) + +(v >= 10) + +(v >= 16) + +(v >= 21);
    sum += packed[i] as number;
    list[at + 2] = earned[i] as number;
    v = minutesRatio[r] as number;
    i = 18 + +(v >= any) + +(v >= 0.66) + +(v >= 0.935) + +(v >= 1.21);
    sum += packed[i] as number;
    list[at + 3] = earned[i] as number;
    v = featuresUsed[r] as number;
    i = 23 + +(v >= any) + +(v >= 5) + +(v >= 7) + +(v >= 9) + +(v >= 11);
    sum += packed[i] as number;
    list[at + 4] = earned[i] as number;
    v = optionsUsed[r] as number;
    i = 29 + +(v >= any) + +(v >= 1) + +(v >= 2);
    sum += packed[i] as number;
    list[at + 5] = earned[i] as number;
    v = creations[r] as number;
    i = 33 + +(v >= any) + +(v >= 8) + +(v >= 24) + +(v >= 64);
    sum += packed[i] as number;
    list[at + 6] = earned[i] as number;
    v = sharingUsers[r] as number;
    i = 38 + +(v >= any) + +(v >= 8) + +(v >= 16) + +(v >= 32);
    sum += packed[i] as number;
    list[at + 7] = earned[i] as number;
    v = loginsPerUser[r] as number;
    i = 43 + +(v >= any) + +(v >= 4) + +(v >= 7) + +(v >= 11);
    sum += packed[i] as number;
    list[at + 8] = earned[i] as number;
    v = apiCalls[r] as number;
    i = 48 + +(v >= any) + +(v >= 400) + +(v >= 4000) + +(v >= 40000);
    sum += packed[i] as number;
    list[at + 9] = earned[i] as number;
    v = errorRate[r] as number;
    i = 53 + +(v >= any) + +(v >= 0.033) + +(v >= 0.066) + +(v >= 0.11);
    sum += packed[i] as number;
    list[at + 10] = earned[i] as number;
    v = tickets[r] as number;
    i = 58 + +(v >= any) + +(v >= 5) + +(v >= 8) + +(v >= 14);
    sum += packed[i] as number;
    list[at + 11] = earned[i] as number;
    v = bugs[r] as number;
    i = 63 + +(v >= any) + +(v >= 1) + +(v >= 3) + +(v >= 6);
    sum += packed[i] as number;
    list[at + 12] = earned[i] as number;
    v = daysToClose[r] as number;
    i = 68 + +(v >= any) + +(v >= 5) + +(v >= 8) + +(v >= 12);
    sum += packed[i] as number;
    list[at + 13] = earned[i] as number;
    v = reopened[r] as number;
    i = 73 + +(v >= any) + +(v >= 1) + +(v >= 2);
    sum += packed[i] as number;
    list[at + 14] = earned[i] as number;
    v = nps[r] as number;
    i = 77 + +(v >= any) + +(v >= 5) + +(v >= 7) + +(v >= 9);
    sum += packed[i] as number;
    list[at + 15] = earned[i] as number;
    v = csat[r] as number;
    share = (v - 1) / (5 - 1);
    gained = Math.round(400 * Math.min(1, Math.max(0, share)));
    sum += Number.isNaN(v) ? 0 : gained + backed(400);
    list[at + 16] = Number.isNaN(v) ? -1 : gained;
    v = answeredRate[r] as number;
    share = (v - 0) / (0.8 - 0);
    gained = Math.round(200 * Math.min(1, Math.max(0, share)));
    sum += Number.isNaN(v) ? 0 : gained + backed(200);
    list[at + 17] = Number.isNaN(v) ? -1 : gained;
    v = daysSinceContact[r] as number;
    i = 82 + +(v >= any) + +(v >= 16) + +(v >= 32) + +(v >= 62);
    sum += packed[i] as number;
    list[at + 18] = earned[i] as number;
    v = keyUsers[r] as number;
    i = 87 + +(v >= any) + +(v >= 1) + +(v >= 2) + +(v >= 4);
    sum += packed[i] as number;
    list[at + 19] = earned[i] as number;
    v = daysOverdue[r] as number;
    i = 92 + +(v >= any) + +(v >= 1) + +(v >= 30) + +(v >= 60);
    sum += packed[i] as number;
    list[at + 20] = earned[i] as number;
    v = daysSinceStart[r] as number;
    i = 97 + +(v >= any) + +(v >= 90) + +(v >= 365);
    sum += packed[i] as number;
    list[at + 21] = earned[i] as number;
    v = proficiency[r] as number;
    i = 101 + +(v >= any) + +(v >= 1) + +(v >= 2);
    sum += packed[i] as number;
    list[at + 22] = earned[i] as number;
    v = embeddedness[r] as number;
    i = 105 + +(v >= any) + +(v >= 1) + +(v >= 2);
    sum += packed[i] as number;
    list[at + 23] = earned[i] as number;
    v = usesSso[r] as number;
    i = 109 + +(v >= any) + +(v >= 1);
    sum += packed[i] as number;
    list[at + 24] = earned[i] as number;
    sums[r] = sum;
  }
}
