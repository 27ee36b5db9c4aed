/** Two ways in which a record is named. */
import { expect, it } from 'vitest';
import { longId, sameRecord, shortId } from '../../../functions/ports/record-ids.ts';

it('are 15 characters, and 18 of which three repeat their case', () => {
  expect(longId('001A0000006Vm9r')).toBe('001A0000006Vm9rIAC');
  expect(longId('001A0000006Vm9rIAC')).toBe('001A0000006Vm9rIAC');
  expect(shortId('001A0000006Vm9rIAC')).toBe('001A0000006Vm9r');
});

it.each([
  ['001A0000006Vm9r', '001A0000006Vm9rIAC', true],
  ['001A0000006Vm9r', '001A0000006Vm9R', false],
  [null, null, false],
])('%s and %s', (one, other, same) => expect(sameRecord(one, other)).toBe(same));
