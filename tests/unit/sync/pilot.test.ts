/** Which accounts a pilot is of. */
import { expect, it } from 'vitest';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { isOutside } from '../../../functions/sync/pilot.ts';
import { tinyPackFiles } from '../../support/system/tiny-pack.ts';

const path = 'rules/tiny/salesforce.yaml';

it.each([
  ['in', { owner: 'csm-0@example.com' }, false],
  ['another', { owner: 'csm-1@example.com' }, true],
  // What is not known is no reason to write.
  ['empty', { owner: null }, true],
  ['not there', {}, true],
])('an account whose column is %s', (_, attributes, expected) => {
  const pilot = `pilot: account.owner == "csm-0@example.com"\n${tinyPackFiles().get(path)}`;
  const { salesforce } = parsePack(tinyPackFiles({ [path]: pilot }));
  if (!salesforce) throw new Error('the pack has a mapping');
  expect(isOutside(salesforce, { attributes, phase: null })).toBe(expected);
  expect(isOutside({ pilot: null }, { attributes, phase: null })).toBe(false);
});
