import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rejected, Retryable, Throttled, Unauthorized } from '../../../functions/errors.ts';
import { afterTry, claimedDelivery, sendOnce } from '../../../functions/notify/deliver-episodes.ts';
import { dueDelivery, nextEpisodes } from '../../../functions/notify/episodes.ts';
import {
  type Delivery,
  type EpisodeDocument,
  episodeDocument,
  type SignalsDocument,
} from '../../../functions/records/signal-documents.ts';
import type { PackSignals } from '../../../functions/scorecard/language/pack/signals.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { signalPackFiles } from '../../support/system/tiny-signals.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const { signals } = parsePack(signalPackFiles());
const watched = signals as PackSignals;
const start = Date.parse('2026-03-02T00:00:00Z');
const hourMs = 3_600_000;

function documentOf(held: readonly string[], silent = false): SignalsDocument {
  return {
    pack: 'tiny',
    account: 'a1',
    state: 'active',
    date: '2026-03-02',
    run: 'run',
    holding: held.length > 0,
    held: held.map((id) => {
      const began = { since: '2026-03-02', run: 'run', silent, rules: false };
      return { id, ...began, facts: [] };
    }),
  };
}

/** Messages one after another, an hour apart, each twice; the episodes after each. */
function played(course: readonly (readonly string[])[]): Map<string, EpisodeDocument>[] {
  let known = new Map<string, EpisodeDocument>();
  return course.map((held, hour) => {
    for (let repeat = 0; repeat < 2; repeat += 1) {
      const now = new Date(start + hour * hourMs + repeat);
      known = new Map([...known, ...nextEpisodes(watched, documentOf(held), known, now)]);
    }
    return known;
  });
}

const opening = (): EpisodeDocument => {
  const [episode] = [
    ...(played([['low']])
      .at(-1)
      ?.values() ?? []),
  ];
  if (!episode) throw new Error('nothing opened');
  return episode;
};

describe('episodes', () => {
  it('are open exactly while a signal holds, but for its quiet days, and never two at once', () => {
    const step = fc.subarray(['low', 'better']);
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 200 }), (course) => {
        let before = new Map<string, EpisodeDocument>();
        for (const [hour, after] of played(course).entries()) {
          const now = new Date(start + hour * hourMs).toISOString();
          for (const [id, episode] of after) {
            episodeDocument.parse(episode);
            const was = before.get(id);
            const holds = course[hour]?.includes(episode.signal) ?? false;
            if (!holds) expect(episode.state).toBe('closed');
            else if (episode.state === 'closed') {
              expect(episode.quiet_until !== null && episode.quiet_until > now).toBe(true);
              expect(episode.due_at).toBe(episode.quiet_until);
            }
            const opened = episode.number - (was?.number ?? 0);
            expect(opened === 0 || opened === 1).toBe(true);
            if (was && opened === 1) expect(was.quiet_until ?? '9').toSatisfy((at) => at <= now);
          }
          before = after;
        }
      }),
      { numRuns: 60 },
    );
  });

  it('open again at the very end of their quiet days, not before', () => {
    const [first] = played([['low'], []]);
    const ended = played([['low'], []]).at(-1) as Map<string, EpisodeDocument>;
    const [id = ''] = [...(first?.keys() ?? [])];
    const end = Date.parse(ended.get(id)?.quiet_until ?? '');
    const at = (now: number) =>
      nextEpisodes(watched, documentOf(['low']), ended, new Date(now)).get(id);
    expect(at(end - 1)).toMatchObject({ state: 'closed', number: 1 });
    expect(at(end)).toMatchObject({ state: 'open', number: 2 });
  });

  it('that close have nothing more to send, but what is being sent', () => {
    const episode = opening();
    const id = 'a1-low';
    const [due] = episode.deliveries;
    if (!due) throw new Error('nothing to send');
    const sending = { ...due, state: 'sending' as const };
    const known = new Map([
      [id, { ...episode, deliveries: [due, sending], digest: 'due' as const }],
    ]);
    const later = new Date(start + hourMs);
    const recovered = nextEpisodes(watched, documentOf([]), known, later).get(id);
    expect(recovered).toMatchObject({
      deliveries: [sending],
      digest: 'due',
      closed_by: 'recovered',
    });
    expect(recovered?.due_at).toBe(episode.due_at);
    const absent: SignalsDocument = { ...documentOf([]), state: 'absent' };
    expect(nextEpisodes(watched, absent, known, later).get(id)).toMatchObject({ digest: 'none' });
  });

  it('that would open again wait no more once nothing holds, unless something is being sent', () => {
    const quiet = played([['low'], [], ['low']]).at(-1) as Map<string, EpisodeDocument>;
    const [id = '', episode] = [...quiet.entries()][0] ?? [];
    if (!episode) throw new Error('nothing opened');
    expect(episode.due_at).not.toBeNull();
    const withNothingHeld = (known: EpisodeDocument) =>
      nextEpisodes(watched, documentOf([]), new Map([[id, known]]), new Date(start)).get(id);
    expect(withNothingHeld(episode)).toMatchObject({ due_at: null });
    const [sent] = opening().deliveries;
    if (!sent) throw new Error('nothing to send');
    expect(
      withNothingHeld({ ...episode, deliveries: [{ ...sent, state: 'sending' }] }),
    ).toBeUndefined();
  });

  it('that begin silently have nothing to send but a line in the digest', () => {
    const next = nextEpisodes(watched, documentOf(['low'], true), new Map(), new Date(start));
    expect([...next.values()]).toMatchObject([{ deliveries: [], digest: 'due', due_at: null }]);
  });

  it('give a notice another key with every number', () => {
    const far = Array.from({ length: 100 }, () => [] as string[]);
    const last = played([['low'], ...far, ['low']]).at(-1);
    expect(
      [...(last?.values() ?? [])].map(({ number, deliveries: [one] }) => [number, one?.key]),
    ).toEqual([[2, expect.stringMatching(/-2-0$/)]]);
  });
});

const delivery = dueDelivery({ to: 'slack', channel: 'C0123456789', mention: null, key: 'k' });

describe('a notice', () => {
  const at = (minutes: number) => new Date(start + minutes * 60_000);

  it('is taken by one at a time, and again when whoever took it must be gone', () => {
    const first = claimedDelivery(delivery, at(0)) as Delivery;
    expect(first).toMatchObject({ state: 'sending', tries: 1 });
    expect(claimedDelivery(first, at(59))).toBeUndefined();
    expect(claimedDelivery(first, at(61))).toMatchObject({ tries: 2, first_try: first.first_try });
  });

  it.each(['sent', 'refused', 'unsure'] as const)('that is %s is never taken again', (state) => {
    expect(claimedDelivery({ ...delivery, state }, at(0))).toBeUndefined();
  });

  const second = {
    ...delivery,
    state: 'sending',
    tries: 2,
    first_try: at(0).toISOString(),
  } as const;
  const clock = virtualClock(at(20), { auto: true });
  const outcome = async (
    taken: Delivery,
    send: () => Promise<string>,
    find: () => Promise<string | undefined> = async () => undefined,
  ) => (await sendOnce({ clock }, taken, { send, find })).state;
  const fails = (error: Error) => () => Promise.reject(error);
  const first = {
    ...delivery,
    state: 'sending',
    tries: 1,
    first_try: at(0).toISOString(),
  } as const;

  it('is left to the next by whoever was frozen for long before sending it', async () => {
    const taken = claimedDelivery(delivery, at(0)) as Delivery;
    const late = { clock: virtualClock(at(11), { auto: true }) };
    const never = fails(new Error('it was sent'));
    const sender = { send: never, find: async () => undefined };
    expect(await sendOnce(late, taken, sender)).toMatchObject({ state: 'sending' });
    const slow = {
      prepare: async () => {
        await late.clock.advance(11 * 60_000);
      },
      ...sender,
    };
    const fresh = claimedDelivery(delivery, at(11)) as Delivery;
    expect(await sendOnce(late, fresh, slow)).toMatchObject({ state: 'sending' });
  });

  it('that somebody else has taken since is theirs, but what was sent was sent', () => {
    const taken = claimedDelivery(delivery, at(0)) as Delivery;
    const others = claimedDelivery(taken, at(61)) as Delivery;
    const due = { state: 'due', ref: null, code: 'daily-limit' } as const;
    const sent = { state: 'sent', ref: 'there', code: null } as const;
    expect(afterTry(others, taken, due)).toEqual(others);
    expect(afterTry(others, taken, sent)).toMatchObject(sent);
    expect(afterTry({ ...others, ...sent }, taken, due)).toMatchObject(sent);
    expect(afterTry(taken, taken, due)).toMatchObject({ ...due, claimed_until: null });
  });

  it('that arrived before is not sent again', async () => {
    const never = fails(new Error('it was sent again'));
    expect(await outcome(second, never, async () => 'there')).toBe('sent');
  });

  it('of which nobody can tell is left; of which nobody can tell now, waits', async () => {
    const never = fails(new Error('it was sent again'));
    const looked = (error: Error) => outcome(second, never, fails(error));
    expect(await looked(new Rejected('too-many-messages', 'no'))).toBe('unsure');
    expect(await looked(new Retryable('unavailable', 'no'))).toBe('sending');
    expect(await looked(new Throttled('daily-limit', 'no'))).toBe('sending');
    expect(await looked(new Unauthorized('missing_scope', 'no'))).toBe('sending');
  });

  it('waits, is looked for, or is left, as the failure says', async () => {
    expect(await outcome(first, fails(new Retryable('unavailable', 'lost')))).toBe('sending');
    expect(await outcome(first, fails(new Unauthorized('token_revoked', 'no')))).toBe('due');
    expect(await outcome(first, fails(new Rejected('is_archived', 'no')))).toBe('refused');
    expect(await outcome(first, fails(new Throttled('rate-limited', 'no')))).toBe('due');
  });

  it('is sent in the end where the other side asks to wait a little', async () => {
    let calls = 0;
    const send = async () => {
      calls += 1;
      if (calls < 4) throw new Throttled('rate-limited', 'no', { retryAfterMs: 1_000 });
      return 'there';
    };
    expect(await outcome(first, send)).toBe('sent');
  });
});
