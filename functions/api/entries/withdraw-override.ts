/** A person's band is taken back before its time. */
import { code, Rejected } from '../../errors.ts';
import { republishOverridden } from '../../publish/overrides.ts';
import { keepOverridden } from '../../publish/portfolio-counts.ts';
import type { OverrideAnswer, WithdrawalRequest } from '../../records/api/overrides.ts';
import { ref } from '../../records/collection.ts';
import { type OverrideDocument, overrides } from '../../records/documents.ts';
import type { Runtime } from '../../runtime.ts';
import { quoted } from '../../safe-text.ts';
import { overrideShown } from './enter-override.ts';

/**
 * Ends an override now, and publishes the account without it. Who set it, and until when, stays.
 * Repeating the request changes nothing more.
 * @throws Rejected `not-found` for an override that the account has not, `conflict` for one that is over
 */
export async function withdrawOverride(
  runtime: Runtime,
  { account, id }: { account: string; id: string },
  { author, reason }: WithdrawalRequest,
): Promise<OverrideAnswer> {
  const { snapshots, clock } = runtime;
  const now = clock.now();
  const kept = await snapshots.transaction(async (tx): Promise<OverrideDocument> => {
    const known = id === '' ? undefined : (await tx.get(ref(overrides, id)))?.data;
    if (known?.account !== account) {
      throw new Rejected(
        code.notFound,
        `Account ${quoted(account)} has no override ${quoted(id)}.`,
      );
    }
    const { withdrawn } = known;
    if (withdrawn?.author === author && withdrawn.reason === reason) return known;
    if (Date.parse(known.until) <= now.getTime()) {
      throw new Rejected(code.conflict, `The override ended at ${known.until}.`);
    }
    const at = now.toISOString();
    const ended = { ...known, until: at, withdrawn: { author, reason, at, until: known.until } };
    tx.set(ref(overrides, id), ended);
    return ended;
  });
  if ((await republishOverridden(runtime, { account })) > 0) await keepOverridden(runtime);
  return overrideShown(id, kept, now);
}
