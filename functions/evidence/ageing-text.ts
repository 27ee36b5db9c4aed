import type { Label } from '../scorecard/language/pack/catalogue.ts';
import { both } from '../scorecard/meaning/texts.ts';

/** That a score has aged, to whoever reads it and to whoever looks after its rules. */
export function ageingText({
  since,
  on,
  metrics,
}: {
  since: string;
  on: string;
  metrics: readonly Label[];
}): Label {
  const names = (lang: 'en' | 'ja', between: string) =>
    metrics.map((one) => one[lang]).join(between);
  const with_ =
    metrics.length === 0
      ? both('', '')
      : both(` So have ${names('en', ', ')}.`, `同じように変わった指標: ${names('ja', '、')}。`);
  return both(
    `It has aged: by ${on}, its points had moved far from where they stood on ${since}.${with_.en}`,
    `古くなっています。${on} の時点で、点数の分布が ${since} から大きく変わっています。${with_.ja}`,
  );
}

export const whatToDoAboutAgeing: Label = both(
  'Hold it against new outcomes with `kenko evidence report`, then tune or accept it again.',
  '`kenko evidence report` で新しい実績と突き合わせ、調整または承認をやり直してください。',
);
