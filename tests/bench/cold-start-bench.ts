/**
 * From starting the process to its first answer, for each function as it is deployed. The answer
 * needs documents, so the client of Firestore is loaded and connected; reconcile needs Salesforce
 * too. Against Node doing nothing, and against a plain bundle of the same sources: one file that
 * loads all it may ever need when it starts, with nothing prepared.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import type { ArchiveFile } from '../../functions/bundle/archive.ts';
import { archiveFiles } from '../../functions/bundle/build.ts';
import { bundleOptions } from '../../functions/bundle/compile.ts';
import { type FunctionName, functionNames } from '../../functions/deployed-functions.ts';
import { startSalesforceServer } from '../../functions/local/salesforce/server.ts';
import { customFields } from '../../functions/salesforce/custom-fields.ts';
import { parsePack } from '../../functions/scorecard/language/parse/pack.ts';
import { readPackFiles, repositoryRoot } from '../../functions/wiring/deployed-files.ts';
import { type Served, start, untilListening } from '../support/bundle/deployed.ts';
import { startFirestoreStub } from '../support/bundle/firestore-stub.ts';
import { ask, documents, environmentFor } from '../support/bundle/first-requests.ts';
import type { Ratio } from './ratios.ts';
import { type Contender, inTurns, ratioOf, type Timing } from './rounds.ts';

const rounds = 7;

export const coldStartNames = functionNames.flatMap((name) => [
  `cold-start/${name}/eager`,
  `cold-start/${name}/bare`,
]);

type Services = Parameters<typeof environmentFor>[1];

export async function measureColdStart(folder: string): Promise<Ratio[]> {
  const root = repositoryRoot();
  const lazy = join(folder, 'lazy');
  const eager = join(folder, 'eager');
  const { files } = await archiveFiles(root);
  deploy(root, files, lazy);
  await runToEnd(lazy, 'warm-up.js');
  const rest = files.filter(({ path }) => !path.endsWith('.js') && !path.startsWith('kept/'));
  deploy(root, [...rest, ...(await eagerBundle(root))], eager);

  const firestore = await startFirestoreStub(documents);
  const salesforce = await startSalesforceServer({
    path: ':memory:',
    fields: customFields(parsePack(readPackFiles('saas'))),
  });
  const services = { firestore: firestore.host, salesforce: salesforce.url };
  try {
    const ratios: Ratio[] = [];
    for (const name of functionNames) {
      ratios.push(...(await measureFunction(name, { lazy, eager }, services)));
    }
    return ratios;
  } finally {
    firestore.close();
    await salesforce.close();
  }
}

async function measureFunction(
  name: FunctionName,
  folders: { lazy: string; eager: string },
  services: Services,
): Promise<Ratio[]> {
  const environment = environmentFor(name, services);
  let served: Served | undefined;
  const stop = async (): Promise<void> => {
    await served?.stop();
    served = undefined;
  };
  const firstAnswer = (folder: string): Contender => ({
    before: stop,
    async run() {
      const starting = await start(folder, name, environment);
      served = starting;
      await untilListening(starting, () => ask(starting.url, name));
    },
    work: 1,
  });
  const { bare, lazy, eager } = await inTurns(
    {
      bare: { before: stop, run: () => runToEnd('.', '-e', '0'), work: 1 },
      lazy: firstAnswer(folders.lazy),
      eager: firstAnswer(folders.eager),
    },
    { rounds, warmUps: 1 },
  ).finally(stop);
  const ms = ({ rate }: Timing): string => `${(1000 / rate).toFixed(0)} ms`;
  const says = `from start to first answer: ${ms(lazy)}; with everything loaded at once: ${ms(eager)}; node -e 0: ${ms(bare)}`;
  return [
    {
      name: `cold-start/${name}/eager`,
      ratio: ratioOf(eager, lazy),
      required: { atMost: 0.8 },
      says,
    },
    { name: `cold-start/${name}/bare`, ratio: ratioOf(bare, lazy), says: 'the same, against Node' },
  ];
}

/** One file, which loads every adapter and client before it serves anything. */
async function eagerBundle(root: string): Promise<ArchiveFile[]> {
  const { outputFiles } = await build({
    ...bundleOptions(root),
    stdin: {
      contents: `import { loadAdapters } from './functions/wiring/deployed.ts';
        import './functions/index.ts';
        await loadAdapters();`,
      resolveDir: root,
      loader: 'ts',
    },
    outfile: join(root, 'dist', 'index.js'),
    sourcemap: false,
    legalComments: 'none',
    write: false,
  });
  return outputFiles.map(({ contents }) => ({ path: 'index.js', contents: Buffer.from(contents) }));
}

/** Writes files, and puts what is installed beside them. */
function deploy(root: string, files: readonly ArchiveFile[], folder: string): void {
  for (const { path, contents } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), contents);
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
}

/** Runs Node in a folder until it ends. */
async function runToEnd(folder: string, ...words: string[]): Promise<void> {
  const child = spawn(process.execPath, words, { cwd: folder, stdio: 'inherit' });
  const [exitCode] = await once(child, 'close');
  if (exitCode !== 0) throw new Error(`node ${words.join(' ')} ended with ${exitCode}`);
}
