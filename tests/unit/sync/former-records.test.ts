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
  it('are of what surely arrived, and of nothing before it', () => {
    expect(marksAfter({ Band: [old], Name: [old] }, { Band: 'red' }, true)).toEqual({
      Band: [next],
      Name: [old],
    });
  });

  it('are of both where no answer told', () => {
    expect(marksAfter({ Band: [old] }, { Band: 'red' }, false)).toEqual({ Band: [old, next] });
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
