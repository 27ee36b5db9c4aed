/** What a deployment consists of, by the names that the code knows. */
import { blockIn, blocksIn, textIn, type Values } from '../../terraform/provider/values.ts';
import type { Deployment } from './deployment.ts';
import { project } from './deployment.ts';

/** Values of every resource of a type, by one of their attributes. */
export function byName(
  deployment: Deployment,
  type: string,
  attribute = 'name',
): Map<string, Values> {
  return new Map(
    deployment.cloud.all(type).map(({ values }) => [textIn(values, attribute), values]),
  );
}

/** Names of the deployed functions as functions/index.ts has them. */
export function deployedFunctions({ cloud }: Deployment): string[] {
  return cloud
    .all('google_cloudfunctions2_function')
    .map(({ values }) => textIn(blockIn(values, 'build_config'), 'entry_point'))
    .sort();
}

/** How a function runs: its size, its identity, its environment. */
export function serviceOf(deployment: Deployment, name: string): Values {
  const values = byName(deployment, 'google_cloudfunctions2_function').get(`kenko-${name}`);
  return blockIn(values ?? {}, 'service_config') ?? {};
}

/** Plain variables and those from secrets, as the function's process gets them. */
export function environmentIn(
  deployment: Deployment,
  name: string,
): { plain: Record<string, string>; secret: Record<string, string> } {
  const service = serviceOf(deployment, name);
  const secrets = blocksIn(service.secret_environment_variables).map((variable) => {
    const secret = `projects/${project}/secrets/${textIn(variable, 'secret')}`;
    const version = `${secret}/versions/${textIn(variable, 'version')}`;
    return [textIn(variable, 'key'), deployment.cloud.secretValues.get(version) ?? ''];
  });
  return {
    plain: service.environment_variables as Record<string, string>,
    secret: Object.fromEntries(secrets),
  };
}
