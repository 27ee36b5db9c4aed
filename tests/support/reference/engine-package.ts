/**
 * The GoogleSQL reference engine: Google's own analyser and evaluator, as a gRPC server. It is
 * too large to be a dependency, so it is fetched through npm by `npm run test:sql` alone, checked
 * against the hash below, and kept where the next run finds it without a network.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { repositoryRoot } from '../../../functions/wiring/deployed-files.ts';

const packageName = '@fivetrandevelopers/zetasql';
export const engineVersion = '1.13.0';
const integrity =
  'sha512-yX9Apa968np2Tc+Hrf4Bf6Gz77kQVLIDLaNwovM91VBwyDTDF1C6oglUqmlU6Fe5/TVCExsnIueWiPahrYEITQ==';

/** Where npm's packages keep what they can make again. */
const usualFolder = join(repositoryRoot(), 'node_modules', '.cache', 'kenko-reference-engine');

const binaries: Record<string, string> = {
  'linux x64': 'remote_server.so',
  'linux arm64': 'remote_server_arm.so',
  'darwin x64': 'remote_server',
  'darwin arm64': 'remote_server_arm',
};

export interface EnginePlace {
  /** Default: inside `node_modules`, which `npm ci` empties; npm's own cache still has it then. */
  folder?: string;
  /** E.g. `linux x64`; default this machine. */
  machine?: string;
  /** More arguments for `npm pack`. */
  npmArguments?: readonly string[];
  /** What the archive must hash to. */
  integrity?: string;
}

export interface EngineFiles {
  binary: string;
  /** Folder of the protocol's `.proto` files. */
  protos: string;
}

function filesIn({ folder = usualFolder, machine = `${process.platform} ${process.arch}` }) {
  const name = binaries[machine];
  if (name === undefined) {
    throw new Error(
      `The GoogleSQL reference engine is not made for ${machine}; run test:sql on ${Object.keys(binaries).join(', ')}.`,
    );
  }
  const home = join(folder, engineVersion);
  return { home, name, binary: join(home, name), protos: join(home, 'protos') };
}

/** The engine as it was installed. @throws Error in one sentence where it was not */
export function installedEngine(place: EnginePlace = {}): EngineFiles {
  const { home, binary, protos } = filesIn(place);
  if (!existsSync(home)) {
    throw new Error('The GoogleSQL reference engine is not installed; run `npm run test:sql`.');
  }
  return { binary, protos };
}

const run = promisify(execFile);

/**
 * Fetches the engine unless it is there.
 * @throws Error in one sentence where it cannot be had, or is not what it was.
 */
export async function installEngine(place: EnginePlace = {}): Promise<EngineFiles> {
  const { home, name, binary, protos } = filesIn(place);
  if (existsSync(home)) return { binary, protos };
  const folder = place.folder ?? usualFolder;
  mkdirSync(folder, { recursive: true });
  const workplace = mkdtempSync(join(folder, 'new-'));
  try {
    const archive = await fetchArchive(workplace, place.npmArguments ?? []);
    await verify(archive, place.integrity ?? integrity);
    const inside = 'package/lib/zetasql';
    await run('tar', [
      '-xzf',
      archive,
      '-C',
      workplace,
      '--strip-components=3',
      `${inside}/${name}`,
      `${inside}/protos`,
    ]);
    rmSync(archive);
    // Renamed into place: a folder of that name is complete.
    renameSync(workplace, home);
  } finally {
    rmSync(workplace, { recursive: true, force: true });
  }
  return { binary, protos };
}

async function fetchArchive(folder: string, more: readonly string[]): Promise<string> {
  const spec = `${packageName}@${engineVersion}`;
  const given = ['--pack-destination', folder, '--prefer-offline', '--loglevel=error', ...more];
  try {
    const { stdout } = await run('npm', ['pack', spec, ...given]);
    return join(folder, stdout.trim().split('\n').at(-1) ?? '');
  } catch (error) {
    throw new Error(
      `test:sql needs ${spec} (112 MB) once, and npm cannot fetch it: ${reasonOf(error)}.`,
      { cause: error },
    );
  }
}

/** The line of npm's complaint that says what is wrong. */
function reasonOf(error: unknown): string {
  const said = String((error as { stderr?: unknown }).stderr ?? error);
  const lines = said.split('\n').map((line) => line.replace(/^npm (error|ERR!) ?/i, '').trim());
  const telling = lines.find((line) => /\s/.test(line) && !/^(code|errno|syscall) /.test(line));
  return (telling ?? said.trim()).replace(/\.$/, '');
}

async function verify(archive: string, wanted: string): Promise<void> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(archive), hash);
  const found = `sha512-${hash.digest('base64')}`;
  if (found === wanted) return;
  throw new Error(
    `${packageName} ${engineVersion} is not the archive that test:sql knows: it hashes to ${found}, not to ${wanted}.`,
  );
}
