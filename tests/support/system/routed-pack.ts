/** A pack with teams, and hours of runs on data that moves every account to and fro. */
import { ref } from '../../../functions/records/collection.ts';
import { type AccountDocument, accounts } from '../../../functions/records/documents.ts';
import type { TestSystem } from './test-system.ts';
import { accountIds, execute } from './tiny-data.ts';
import { tinyPackFiles } from './tiny-pack.ts';

const routing = `
teams:
  - { id: care, label: { en: Care, ja: 支援 }, owner: account.owner }
  - { id: growth, label: { en: Growth, ja: 拡大 }, owner: [ann, ben] }
changes: { at: [phase] }
table:
  rows:
    - { id: all, label: { en: Everybody, ja: 全員 } }
  columns:
    - { id: low, label: { en: low, ja: 低い }, when: now.health.level < 3 }
    - { id: high, label: { en: high, ja: 高い } }
  teams:
    all: { low: care, high: growth }
hand_over: { checklist: [{ id: goal, label: { en: Their goal, ja: お客様の目的 } }] }
`;

/** The tiny pack, hourly, with routing and a phase that only the account's name decides. */
export function routedFiles(changes: Record<string, string | null> = {}): Map<string, string> {
  const plain = tinyPackFiles();
  const pack = (plain.get('rules/tiny/pack.yaml') ?? '').replace(
    'attributes: [name, owner]',
    `attributes: [name, owner]
as_of: slot
phases:
  - { id: renewal, label: { en: Renewal, ja: 更新 }, when: 'has(account.name) && account.name.startsWith("Renewing")' }
  - { id: use, label: { en: Use, ja: 活用 }, when: 'true' }`,
  );
  const mapping = `${plain.get('rules/tiny/salesforce.yaml')}  Kenko_Team__c: team.ja\n  Kenko_Team_Owner__c: owner\n`;
  return tinyPackFiles({
    'rules/tiny/pack.yaml': pack,
    'rules/tiny/salesforce.yaml': mapping,
    'rules/tiny/routing.yaml': routing,
    ...changes,
  });
}

export async function accountDocuments(system: TestSystem): Promise<Map<string, AccountDocument>> {
  const stored = await system.runtime.snapshots.getAll(accountIds.map((id) => ref(accounts, id)));
  return new Map(stored.flatMap((one) => (one ? [[one.id, one.data]] : [])));
}

/** Account, team, owner, and since when. */
export const handsOf = async (system: TestSystem) =>
  [...(await accountDocuments(system))].map(([id, { assignment }]) => [
    id,
    assignment?.team.id,
    assignment?.owner,
    assignment?.since,
  ]);

/**
 * An hourly run each on data in which the busy accounts look idle and the idle ones busy, in
 * turn. @returns the bands that each account was in
 */
export async function noisyHours(
  system: TestSystem,
  begin: string,
  hours: number,
): Promise<Map<string, Set<string>>> {
  const bands = new Map<string, Set<string>>(accountIds.map((id) => [id, new Set()]));
  for (let hour = 0; hour < hours; hour += 1) {
    await system.score(new Date(Date.parse(begin) + hour * 3_600_000).toISOString());
    await system.settle();
    for (const [id, { scores }] of await accountDocuments(system)) {
      bands.get(id)?.add(String(scores.health?.band));
    }
    await execute(system, [
      'UPDATE source.usage_daily SET minutes = 64 - minutes, active_users = 9 - active_users',
    ]);
  }
  return bands;
}
