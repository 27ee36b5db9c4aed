/** BigQuery refuses a query of a partitioned table that names no days; so does this. */
import {
  isObject,
  type Json,
  type JsonObject,
  nodeOf,
  parseGoogleSql,
  walk,
} from '../../../functions/local/googlesql/tree.ts';

/** Conditions that hold together. */
function conjuncts(condition: Json): Json[] {
  const node = nodeOf(condition);
  if (node?.kind === 'and') {
    return [...conjuncts(node.body.left ?? null), ...conjuncts(node.body.right ?? null)];
  }
  return node?.kind === 'paren' ? conjuncts(node.body.this ?? null) : [condition];
}

const isColumn = (value: Json | undefined, name: string): boolean => {
  const node = nodeOf(value ?? null);
  return node?.kind === 'column' && isObject(node.body.name) && node.body.name.name === name;
};

/** True for what is known before a row is read: literals, parameters, the current date. */
function isConstant(value: Json | undefined): boolean {
  let constant = true;
  walk(value ?? null, (kind) => {
    if (kind === 'column' || kind === 'select' || kind === 'subquery') constant = false;
  });
  return constant;
}

/** A comparison of the column with a constant, so that whole partitions are left out. */
function bounds(condition: Json, column: string): boolean {
  const node = nodeOf(condition);
  if (!node) return false;
  const { kind, body } = node;
  if (kind === 'between') {
    return isColumn(body.this, column) && isConstant(body.low) && isConstant(body.high);
  }
  if (!['eq', 'gte', 'gt'].includes(kind)) return false;
  return isColumn(body.left, column) && isConstant(body.right);
}

/** Tables that some SELECT of the query reads without bounding the days. */
export function unboundedTables(sql: string, partitions: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  walk(parseGoogleSql(sql.replace(/@(\w+)/g, "'$1'"), 'query'), (kind, body) => {
    if (kind !== 'select') return;
    const where = isObject(body.where_clause) ? (body.where_clause.this ?? null) : null;
    for (const name of readBy(body)) {
      const column = partitions.get(name);
      if (column === undefined) continue;
      if (!conjuncts(where).some((condition) => bounds(condition, column))) found.push(name);
    }
  });
  return found;
}

/** Tables in the FROM and JOIN clauses of this SELECT itself. */
function readBy(select: JsonObject): string[] {
  const from = isObject(select.from) ? ((select.from.expressions ?? []) as Json[]) : [];
  const joined = ((select.joins ?? []) as Json[]).map((join) =>
    isObject(join) ? (join.this ?? null) : null,
  );
  return [...from, ...joined].flatMap((source) => {
    const node = nodeOf(source);
    return node?.kind === 'table' && isObject(node.body.name) ? [String(node.body.name.name)] : [];
  });
}
