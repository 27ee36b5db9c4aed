import { describe, expect, it } from 'vitest';
import { readTableSchemas } from '../../../functions/inputs/table-schemas.ts';
import {
  fieldsWhere,
  historyFields,
  inCode,
} from '../../../functions/scorecard/engine/history-row.ts';

const table = readTableSchemas('sql/tables').get('score_history');

describe('the fields of a history row', () => {
  it('are the columns of its table, in order and with their types', () => {
    expect(table?.columns.map(({ name, type }) => [name, type])).toEqual(
      Object.entries(historyFields).map(([name, { type }]) => [name, type]),
    );
  });

  it('may be empty where the table may be', () => {
    const lists = new Set<string>(fieldsWhere({ kind: 'numbers' }));
    const required = Object.entries(historyFields).filter(
      ([name, { cell }]) => !lists.has(name) && !cell.safeParse(null).success,
    );
    expect(required.map(([name]) => name)).toEqual(
      table?.columns.filter((column) => column.required).map(({ name }) => name),
    );
  });

  it('have one name in the store and one in code', () => {
    expect(inCode('before_date')).toBe('beforeDate');
    expect(inCode('held_by_hysteresis')).toBe('heldByHysteresis');
    expect(inCode('band')).toBe('band');
  });

  it('travel to the next run where it scores or publishes by them', () => {
    expect(fieldsWhere({ carried: 'publish' })).toEqual(['result_hash']);
    expect(fieldsWhere({ coded: true })).toEqual([
      'state',
      'phase',
      'scorecard',
      'band',
      'cap',
      'trend',
      'rules_hash',
    ]);
  });
});
