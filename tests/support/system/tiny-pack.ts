/** The smallest pack that goes the whole way: one score, two measures, a mapping. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('../../../', import.meta.url).pathname;

const texts: Record<string, string> = {
  'rules/tiny/pack.yaml': `
pack: tiny
label: { en: Tiny, ja: 最小 }
zone: Asia/Tokyo
accounts_per_shard: 3
scores:
  - id: health
    label: { en: Health, ja: 健康度 }
    purpose: churn
    points: 100
    min_confidence: 0.3
    trend: { days: 7, change: 5 }
attributes: [name, owner]
`,
  'rules/tiny/bands.yaml': `
health:
  - { id: red, from: 0, label: { en: Red, ja: 赤 } }
  - { id: yellow, from: 40, label: { en: Yellow, ja: 黄 } }
  - { id: green, from: 70, label: { en: Green, ja: 緑 } }
`,
  'rules/tiny/scorecards/all.yaml': `
score: health
scorecard: all
version: 1.0.0
label: { en: All, ja: 全体 }
measures:
  - id: minutes
    metric: minutes_7d
    points: 60
    steps: [[0, 0], [50, 20], [150, 40], [300, 60]]
    max_age: 3d
  - id: users
    metric: users_7d
    points: 40
    steps: [[0, 0], [2, 20], [5, 40]]
    max_age: 3d
`,
  'rules/tiny/salesforce.yaml': `
object: Account
external_id: Kenko_Account_Id__c
fields:
  Kenko_Health__c: health.points
  Kenko_Band__c: health.band
  Kenko_Reasons__c: health.reasons.ja
  Kenko_Owner__c: account.owner
`,
  'sql/metrics/tiny/week.yaml': `
group: week
sources: [usage_daily]
metrics:
  - id: minutes_7d
    type: int
    direction: higher
    nullable: true
    label: { en: Minutes (7 days), ja: 利用時間（7日間） }
    description: { en: Minutes of use., ja: 利用時間。 }
  - id: users_7d
    type: int
    direction: higher
    nullable: true
    label: { en: Users (7 days), ja: 利用者数（7日間） }
    description: { en: Most users of a day., ja: 1日の最大利用者数。 }
`,
  'sql/metrics/tiny/week.sql': `
SELECT account_id, SUM(minutes) AS minutes_7d, MAX(active_users) AS users_7d
FROM usage_daily
WHERE usage_date > DATE_SUB(@date, INTERVAL 7 DAY)
GROUP BY account_id
`,
};

/** Its files by path, with the real input contract; `changes` replaces or removes some. */
export function tinyPackFiles(changes: Record<string, string | null> = {}): Map<string, string> {
  const files = new Map(Object.entries({ ...texts }));
  const sources = join(root, 'sql', 'sources');
  for (const name of readdirSync(sources)) {
    files.set(`sql/sources/${name}`, readFileSync(join(sources, name), 'utf8'));
  }
  for (const [path, text] of Object.entries(changes)) {
    if (text === null) files.delete(path);
    else files.set(path, text);
  }
  return files;
}
