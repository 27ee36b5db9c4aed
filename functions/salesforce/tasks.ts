/** Tasks on the records of accounts. */
import { z } from 'zod';
import { Rejected, Retryable } from '../errors.ts';
import { type CrmTask, taskKeyField } from '../ports/crm.ts';
import { rowFailure, saveResults, unreadable } from './failures.ts';
import type { SalesforceSession } from './session.ts';
import { soqlText } from './soql.ts';

/** https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_task.htm */
const longestSubject = 255;
const longestDescription = 32_000;

const created = saveResults.length(1);
const found = z.object({ records: z.array(z.object({ Id: z.string() })) });

export async function createTask(session: SalesforceSession, task: CrmTask): Promise<string> {
  await session.keepHeadroom();
  const record = {
    attributes: { type: 'Task' },
    [taskKeyField]: task.key,
    WhatId: task.recordId,
    ...(task.owner === null ? {} : { OwnerId: task.owner }),
    Subject: [...task.subject].slice(0, longestSubject).join(''),
    Description: [...task.description].slice(0, longestDescription).join(''),
    Priority: task.priority,
    Status: 'Not Started',
    ActivityDate: task.due,
  };
  const what = 'creating a task';
  const [row] = await session.ask(
    what,
    created,
    (connection) =>
      connection.requestPost('/composite/sobjects', { allOrNone: false, records: [record] }),
    { once: true },
  );
  if (row?.success && row.id) return row.id;
  if (!row || row.success) throw unreadable(what);
  const failure = rowFailure(row.errors, true);
  if (failure.outcome === 'updated') throw new TypeError('a failed row is none that was updated');
  const kind = failure.outcome === 'retry' ? Retryable : Rejected;
  throw new kind(failure.code, 'salesforce: a task was refused', { said: failure.reason });
}

export async function findTask(
  session: SalesforceSession,
  key: string,
): Promise<string | undefined> {
  await session.keepHeadroom();
  const soql = `SELECT Id FROM Task WHERE ${taskKeyField} = ${soqlText(key)} LIMIT 1`;
  const { records } = await session.ask('looking for a task', found, (connection) =>
    connection.request(`/query?q=${encodeURIComponent(soql)}`),
  );
  return records[0]?.Id;
}
