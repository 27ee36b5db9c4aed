import { expect, it } from 'vitest';
import { formatsOf } from '../../../functions/api/dashboard/formats.ts';
import { texts } from '../../../functions/api/dashboard/texts.ts';

it('a judgement is shown in the words of the reader, other texts as they are', () => {
  const [en, ja] = (['en', 'ja'] as const).map((lang) =>
    formatsOf(lang, texts[lang], 'Asia/Tokyo'),
  );
  expect(['low', 'middle', 'high', 'enterprise'].map((word) => ja?.value(word, null))).toEqual([
    '低い',
    '中程度',
    '高い',
    'enterprise',
  ]);
  expect(en?.value('middle', null)).toBe('middle');
});
