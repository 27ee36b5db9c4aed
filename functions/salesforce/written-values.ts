/** What may be written to each field of a mapping, as far as the rules tell: choices, and how large. */
import { historyFields } from '../scorecard/engine/history-row.ts';
import type { Label } from '../scorecard/language/pack/catalogue.ts';
import type { Pack, SalesforceValue, Score } from '../scorecard/language/pack/pack.ts';
import { unknownBand } from '../scorecard/meaning/texts.ts';

export interface WrittenValues {
  /** Every text there can be; undefined where the data decide. */
  texts?: string[];
  /** Several of the texts at once, with `;` between them. */
  several?: boolean;
  /** The largest number, whatever its sign; undefined where the data decide. */
  most?: number;
}

/** By the field's name, in the order of the mapping. */
export function writtenValues(pack: Pack): Map<string, WrittenValues> {
  const fields = pack.salesforce?.fields ?? [];
  return new Map(fields.map(({ name, value }) => [name, valuesOf(value, pack)]));
}

interface Named {
  id: string;
  label: Label;
}
type As = 'id' | 'en' | 'ja';

const wordsOf = (named: readonly Named[], as: As): string[] => [
  ...new Set(named.map(({ id, label }) => (as === 'id' ? id : label[as]))),
];

function valuesOf(value: SalesforceValue, pack: Pack): WrittenValues {
  switch (value.of) {
    case 'account': {
      const column = pack.accountColumns.find(({ name }) => name === value.column);
      return column?.values ? { texts: column.values } : {};
    }
    case 'phase':
      return { texts: wordsOf(pack.phases, value.as) };
    case 'team':
      return { texts: wordsOf(pack.routing?.teams ?? [], value.as) };
    case 'worklists':
      return { texts: wordsOf(pack.worklists.lists, value.as), several: true };
    case 'score': {
      const score = pack.scores.find(({ id }) => id === value.score);
      return score ? ofScore(value, score) : {};
    }
    default:
      return {};
  }
}

/** Points are kept in hundredths. */
const hundredths = 100;

function ofScore(value: Extract<SalesforceValue, { of: 'score' }>, score: Score): WrittenValues {
  switch (value.value) {
    case 'band':
      return { texts: wordsOf([...score.bands, unknownBand], value.as) };
    case 'scorecard':
      return { texts: [...new Set(score.scorecards.map(({ id }) => id))] };
    case 'version':
      return { texts: [...new Set(score.scorecards.map(({ version }) => version))] };
    case 'cap':
      return {
        texts: [...new Set(score.scorecards.flatMap(({ caps }) => caps.map(({ id }) => id)))],
      };
    case 'trend':
      return { texts: [...historyFields.trend.cell.unwrap().options] };
    case 'points':
    case 'earned':
    case 'available':
    case 'change':
    case 'axis':
      return { most: score.scale / hundredths };
    case 'confidence':
      return { most: 1 };
    default:
      return {};
  }
}
