/**
 * People who see the accounts that they look after and nothing of others: those are as if they were not
 * there. What an operation says of accounts, and so how it is limited, stands with it.
 */
import { code, HttpRefusal, Rejected } from '../errors.ts';
import type { Caller } from '../ports/identity.ts';
import { ref } from '../records/collection.ts';
import { accounts, handOvers, noAccount } from '../records/documents.ts';
import { ownerOf } from '../records/owners.ts';
import { episodes } from '../records/signal-documents.ts';
import type { Runtime } from '../runtime.ts';
import { quoted } from '../safe-text.ts';

/**
 * none: it says nothing of accounts; owner: of those of `owner`, a parameter; account: of the one that
 * the path, a parameter or the body names; episode, hand-over: of the one that it is about. An
 * operation without any of these shows what is of all, and is not for such people.
 */
export type Shows = 'none' | 'owner' | 'account' | 'episode' | 'hand-over';

interface Asked {
  id: string;
  query: Readonly<Record<string, unknown>>;
  body?: unknown;
}

/**
 * @returns the parameters to go on with
 * @throws HttpRefusal 403 for what shows others too, Rejected `not-found` for what is another's
 */
export async function limitToOwn<A extends Asked>(
  runtime: Pick<Runtime, 'snapshots'>,
  caller: Caller | undefined,
  shows: Shows | undefined,
  asked: A,
): Promise<A['query']> {
  if (!caller?.ownOnly || shows === 'none') return asked.query;
  const { snapshots } = runtime;
  const { id, query } = asked;
  switch (shows) {
    case 'owner':
      return { ...query, owner: caller.name };
    case 'account': {
      const named = id || query.account || Object(asked.body).account;
      if (typeof named === 'string' && named !== '') {
        await requireOwn(runtime, caller, named, noAccount(named));
        return query;
      }
      break;
    }
    case 'episode': {
      const known = id === '' ? undefined : (await snapshots.get(ref(episodes, id)))?.data;
      const missing = new Rejected(code.notFound, `There is no episode ${quoted(id)}.`);
      await requireOwn(runtime, caller, known?.account, missing);
      return query;
    }
    case 'hand-over': {
      const known = id === '' ? undefined : (await snapshots.get(ref(handOvers, id)))?.data;
      const missing = new Rejected(code.notFound, `There is no hand-over ${quoted(id)}.`);
      await requireOwn(runtime, caller, known?.account, missing);
      return query;
    }
    default:
  }
  throw new HttpRefusal(
    403,
    'forbidden',
    `${caller.name} sees the accounts that they look after; name one of them.`,
  );
}

/** @throws the given refusal, which is that of an account which is not there */
async function requireOwn(
  { snapshots }: Pick<Runtime, 'snapshots'>,
  { name }: Caller,
  account: string | undefined,
  missing: Rejected,
): Promise<void> {
  const document = account ? (await snapshots.get(ref(accounts, account)))?.data : undefined;
  if (!document || ownerOf(document)?.toLowerCase() !== name.toLowerCase()) throw missing;
}
