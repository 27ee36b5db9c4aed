import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameSearch, searchKeys } from '../../functions/records/name-search.ts';
import '../support/properties.ts';

const finds = (text: string, name: string): boolean => {
  const search = nameSearch(text);
  return search?.matches(name) === true && searchKeys(name).includes(search.key);
};

describe('a search for part of a name', () => {
  it.each([
    ['青空', '株式会社青空商事'],
    ['商事', '株式会社青空商事'],
    ['空商', '株式会社青空商事'],
    ['青', '青空商事'],
    ['株式会社', '株式会社青空商事'],
    ['株式会社青空', '株式会社青空商事'],
    ['青空 商事', '青空商事'],
    ['あおぞら', 'アオゾラ'],
    ['ｱｵｿﾞﾗ', 'あおぞら'],
    ['サービス', 'ｱｵｿﾞﾗ・ｻｰﾋﾞｽ'],
    ['ＡＯＺＯＲＡ', 'Aozora Trading Co., Ltd.'],
    ['ozor', 'Aozora Trading Co., Ltd.'],
    ['trading co', 'Aozora Trading Co., Ltd.'],
    ['ltd', 'Aozora Trading Co., Ltd.'],
    ['tr', 'Aozora Trading Co., Ltd.'],
    ['a', 'Aozora Trading Co., Ltd.'],
    ['é', 'Électricité'],
    ['3m', '3M Japan'],
  ])('%s is found in %s', (text, name) => {
    expect(finds(text, name)).toBe(true);
  });

  it.each([
    ['oz', 'Aozora Trading'],
    ['rad', 'Aozora'],
    ['空', '青空商事'],
    ['商社', '青空商事'],
  ])('%s is not found in %s', (text, name) => {
    expect(finds(text, name)).toBe(false);
  });

  it.each(['', ' ', '--', '・・'])('of "%s" is none', (text) => {
    expect(nameSearch(text)).toBeUndefined();
  });

  it('is looked up by what tells a name from others, not by the form of a company', () => {
    expect(nameSearch('株式会社青空商')?.key).toBe('青空商');
    expect(nameSearch('青空商事株式会社')?.key).toBe('空商事');
    expect(nameSearch('aozora inc')?.key).toBe('ora');
  });

  it('finds every piece of three letters and more, by few keys', () => {
    const letters = fc.array(fc.constantFrom(...'abcあア亜ー株式会社・-1 '), {
      minLength: 1,
      maxLength: 60,
    });
    const piece = fc.record({
      name: letters,
      from: fc.nat(60),
      length: fc.integer({ min: 3, max: 20 }),
    });
    fc.assert(
      fc.property(piece, ({ name, from, length }) => {
        const text = name.slice(from, from + length).join('');
        const said = text.replaceAll(/[・\- ]/g, '');
        if (said.length >= 3) expect(finds(text, name.join(''))).toBe(true);
        expect(searchKeys(name.join('')).length).toBeLessThanOrEqual(3 * 60 + 60);
      }),
    );
  });
});
