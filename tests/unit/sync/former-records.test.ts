/** What is remembered of records: values that may stand there, and records that were an account's. */
import { describe, expect, it } from 'vitest';
import type { CrmDocument } from '../../../functions/records/documents.ts';
import { markOf } from '../../../functions/sync/field-values.ts';
import { marksAfter, recordsAfter, withStray } from '../../../functions/sync/former-records.ts';

const [old, next] = ['green', 'red'].map(markOf) as [string, string];
const [one, other] = ['001A0000006Vm9rIAC', '001A0000006Vm9sIAC'];

const known = (changes: Partial<CrmDocument>): CrmDocument => ({
  ...{ state: 'synced', record_id: one, synced_hash: 'h', hash: 'h', run: 'r' },
  ...{ at: '2026-03-01T00:00:00.000Z', code: null, reason: null, fields: [], since: null },
  ...{ written: {}, shown: { Band: [old] }, former: [] },
  ...changes,
});

describe('marks of a record', () => {
  it('are of what was sent and of what stood there before, each once, the latest last', () => {
    const marks = marksAfter({ Band: [old], Name: [old] }, { Band: 'red' });
    expect(marks).toEqual({ Band: [old, next], Name: [old] });
    expect(marksAfter(marks, { Band: 'green' }).Band).toEqual([next, old]);
  });

  it('are of a day that has a result every hour, and the oldest go first', () => {
    let marks: Record<string, string[]> = {};
    for (let hour = 0; hour < 30; hour += 1) marks = marksAfter(marks, { Health: hour });
    expect(marks.Health).toEqual(Array.from({ length: 24 }, (_, i) => markOf(i + 6)));
  });
});

describe('records of an account', () => {
  it('keep the one that was left, with what stands there', () => {
    expect(recordsAfter(known({}), other)).toEqual({
      shown: {},
      former: [{ record_id: one, shown: { Band: [old] } }],
    });
  });

  it('have a former one back with what stood there', () => {
    const former = [{ record_id: other, shown: { Band: [next] } }];
    const back = recordsAfter(known({ record_id: null, shown: {}, former }), other);
    expect(back).toEqual({ shown: { Band: [next] }, former: [] });
  });

  it('remember what was sent to a record that had ceased to be the account’s, beside what stood there', () => {
    const former = [{ record_id: other, shown: { Band: [old] } }];
    const strayed = withStray(known({ former }), other, { Band: 'red' });
    expect(strayed?.former).toEqual([{ record_id: other, shown: { Band: [old, next] } }]);
    expect(withStray(known({ former }), one, { Band: 'red' })).toBeUndefined();
  });
});
