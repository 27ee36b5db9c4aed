/**
 * The Salesforce stand-in in a process of its own, so that its memory is not counted with
 * that of the functions: `node process.ts '{"path": ..., "fields": ...}'`.
 * Writes `{"url": ...}` to standard output when it listens; ends when its standard input does.
 */
import { z } from 'zod';
import { salesforceField } from '../../../functions/local/salesforce/field-values.ts';
import { startSalesforceServer } from '../../../functions/local/salesforce/server.ts';

const options = z.strictObject({
  path: z.string(),
  port: z.int().optional(),
  fields: z.array(salesforceField.extend({ name: z.string() })).optional(),
  dailyLimit: z.int().optional(),
});

const server = await startSalesforceServer(options.parse(JSON.parse(process.argv[2] ?? '{}')));
process.stdout.write(`${JSON.stringify({ url: server.url })}\n`);
process.stdin.resume();
process.stdin.on('end', () => {
  void server.close();
});
