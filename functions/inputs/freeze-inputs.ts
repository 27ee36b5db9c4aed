/** `run_inputs` as a table: one row per account, or a sentence about the metric SQL that keeps it from that. */
import { code, type KenkoError, Rejected } from '../errors.ts';
import type { Warehouse } from '../ports/warehouse.ts';
import type { PackGroup } from '../scorecard/language/pack/pack.ts';
import { type RunInputsRequest, runInputsQuery } from './run-inputs.ts';

export interface InputsTable {
  /** Of the job; repeating a finished one does nothing. */
  id: string;
  table: string;
}

/**
 * Materialises the inputs of `request`; gives the number of accounts.
 * @throws Rejected `invalid-data` naming the file of a metric group whose SQL cannot be run,
 *   lacks what its catalogue lists, or gives an account more than one row.
 */
export async function freezeInputs(
  warehouse: Warehouse,
  { id, table }: InputsTable,
  request: RunInputsRequest,
): Promise<number> {
  const { sql, parameters } = runInputsQuery(request);
  const { rows } = await warehouse
    .materialize({ id, sql, parameters, table, cluster: ['account_id'] })
    .catch(async (error: unknown) => {
      throw (await faultyMetrics(warehouse, request, error)) ?? error;
    });
  const twice = await repeatedAccount(warehouse, table);
  if (twice !== undefined) throw await repeatingMetrics(warehouse, request, twice);
  return rows;
}

/** An account of several rows, if there is one; `from` is a table or a query in brackets. */
async function repeatedAccount(
  warehouse: Warehouse,
  from: string,
  parameters: Parameters<Warehouse['query']>[1] = {},
): Promise<string | undefined> {
  const [row] = await warehouse.query(
    `SELECT account_id FROM ${from} AS inputs GROUP BY account_id HAVING COUNT(*) > 1 ORDER BY account_id LIMIT 1`,
    parameters,
  );
  return row === undefined ? undefined : String(row.account_id);
}

/** What of the request concerns one group. */
function alone(request: RunInputsRequest, group: PackGroup): ReturnType<typeof runInputsQuery> {
  const { signals: _, ...pack } = request.pack;
  return runInputsQuery({
    ...request,
    pack: { ...pack, groups: [group], scores: [] },
    beforeDate: null,
  });
}

async function repeatingMetrics(
  warehouse: Warehouse,
  request: RunInputsRequest,
  account: string,
): Promise<Rejected> {
  for (const group of request.pack.groups) {
    const { sql, parameters } = alone(request, group);
    const found = await repeatedAccount(warehouse, `(${sql})`, parameters);
    if (found === undefined) continue;
    return new Rejected(
      code.invalidData,
      `${group.sqlFile} gives an account more than one row; group by account_id alone`,
      { said: `see ${found}.` },
    );
  }
  return new Rejected(code.invalidData, 'An account has more than one row', {
    said: `see ${account}.`,
  });
}

/** The group whose SQL made a query fail, in words that name its file; undefined for other causes. */
export async function faultyMetrics(
  warehouse: Warehouse,
  request: RunInputsRequest,
  error: unknown,
): Promise<Rejected | undefined> {
  if (!(error instanceof Rejected)) return undefined;
  for (const group of request.pack.groups) {
    const found = await failureOf(warehouse, request, group);
    if (!found) continue;
    const query = await failureOf(warehouse, request, { ...group, metrics: [] });
    if (query) return failed(`${group.sqlFile} cannot be run`, query);
    for (const metric of group.metrics) {
      const column = await failureOf(warehouse, request, { ...group, metrics: [metric] });
      if (!column) continue;
      return failed(
        `${group.sqlFile} does not give ${metric.id} as ${group.file} lists it (${metric.type})`,
        column,
      );
    }
  }
  return undefined;
}

async function failureOf(
  warehouse: Warehouse,
  request: RunInputsRequest,
  group: PackGroup,
): Promise<KenkoError | undefined> {
  const { sql, parameters } = alone(request, group);
  try {
    await warehouse.query(`SELECT * FROM (${sql}) AS inputs LIMIT 0`, parameters);
    return undefined;
  } catch (error) {
    if (error instanceof Rejected) return error;
    throw error;
  }
}

/** What the warehouse said comes after our own words, which alone may go into a log. */
function failed(sentence: string, cause: KenkoError): Rejected {
  const said = cause.message.slice(cause.summary.length).replace(/^: /, '');
  return new Rejected(code.invalidData, sentence, { cause, said: said || cause.message });
}
