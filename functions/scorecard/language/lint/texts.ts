/** Findings on texts that people read: both languages must really be there. */
import type { Label } from '../pack/catalogue.ts';
import type { Measure, Pack } from '../pack/pack.ts';
import type { Place } from '../problems.ts';
import type { Report } from './findings.ts';

const japanese = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u;
/** Names and abbreviations (NPS, SaaS) are the same in both languages; words are not. */
const words = /[a-z]{3}/;

export function lintTexts(pack: Pack, report: Report): void {
  for (const { label, what, place } of textsOf(pack)) {
    if (japanese.test(label.en)) {
      untranslated(report, place, `${what} is Japanese in its English text too: ${label.en}`);
    } else if (label.en === label.ja && words.test(label.en)) {
      untranslated(report, place, `${what} has the same text in both languages: ${label.en}`);
    }
  }
  for (const { scorecards } of pack.scores)
    for (const { measures } of scorecards) for (const measure of measures) hints(measure, report);
}

function untranslated(report: Report, place: Place, message: string): void {
  report(
    'untranslated',
    'warning',
    place,
    `${message}; half of the readers cannot use it`,
    'Write en in English and ja in Japanese',
  );
}

function hints({ id, hints: { en, ja }, place }: Measure, report: Report): void {
  if (en.length !== ja.length) {
    report(
      'untranslated',
      'warning',
      place,
      `The measure ${id} has ${en.length} hints in English and ${ja.length} in Japanese, so readers are told different things`,
      'Write every hint in both languages',
    );
  } else if (en.some((text) => japanese.test(text)) || ja.some((text) => !japanese.test(text))) {
    untranslated(report, place, `The measure ${id} has a hint in the wrong language`);
  }
}

function textsOf(pack: Pack): { label: Label; what: string; place: Place }[] {
  const packFile = { file: `rules/${pack.id}/pack.yaml`, line: 1 };
  return [
    { label: pack.label, what: 'The pack', place: packFile },
    ...pack.phases.map(({ id, label }) => ({ label, what: `The phase ${id}`, place: packFile })),
    ...pack.derived.map(({ id, label, place }) => ({ label, what: `The metric ${id}`, place })),
    ...pack.scores.flatMap(({ id, label, place, bandsPlace, bands, scorecards }) => [
      { label, what: `The score ${id}`, place },
      ...bands.map((band) => ({
        label: band.label,
        what: `The band ${band.id}`,
        place: bandsPlace,
      })),
      ...scorecards.flatMap((card) => [
        { label: card.label, what: `The scorecard ${card.id}`, place: card.place },
        ...(card.note
          ? [{ label: card.note, what: `The note of ${card.id}`, place: card.place }]
          : []),
        ...[...card.axes, ...card.caps].map((part) => ({
          label: part.label,
          what: `${part.id} of ${card.id}`,
          place: card.place,
        })),
        ...card.measures.map((measure) => ({
          label: measure.label,
          what: `The measure ${measure.id}`,
          place: measure.place,
        })),
      ]),
    ]),
  ];
}
