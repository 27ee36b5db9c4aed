/** Who may do what, from the roles that were granted. */
import { blockIn, textIn, textsIn } from '../provider/values.ts';
import type { Cloud } from './cloud.ts';
import { grantedOn } from './kinds.ts';
import { rolePermissions } from './roles.ts';

export interface Grant {
  member: string;
  role: string;
  /** Where the role was granted: `projects/p`, `projects/p/topics/t`. */
  resource: string;
  /** An IAM condition on the name of what is accessed. */
  condition?: string;
}

export function grantsOf(cloud: Cloud): Grant[] {
  return cloud
    .all()
    .filter(({ type }) => type.endsWith('_iam_member'))
    .map(({ name, values }) => {
      const condition = textIn(blockIn(values, 'condition'), 'expression');
      return {
        member: textIn(values, 'member'),
        role: textIn(values, 'role'),
        resource: grantedOn(name),
        ...(condition ? { condition } : {}),
      };
    });
}

/** `role on resource`, with the condition: what an account of this id was granted. */
export function grantTexts(cloud: Cloud, accountId: string): string[] {
  const member = `serviceAccount:${accountId}@${cloud.place.project}.iam.gserviceaccount.com`;
  return grantsOf(cloud)
    .filter((grant) => grant.member === member)
    .map(({ role, resource, condition }) => grantText(role, resource, condition))
    .sort();
}

export const grantText = (role: string, resource: string, condition?: string): string =>
  `${role} on ${resource}${condition ? ` if ${condition}` : ''}`;

/** What a role allows. @throws Error for a role that nobody has described */
export function permissionsOf(cloud: Cloud, role: string): readonly string[] {
  const custom = cloud.find('google_project_iam_custom_role', role);
  const permissions = custom ? textsIn(custom.values, 'permissions') : rolePermissions[role];
  if (!permissions) throw new Error(`What ${role} allows is not known; see cloud/roles.ts.`);
  return permissions;
}

/** The name that a condition compares with, and whether its beginning is enough. */
function meets(condition: string | undefined, name: string): boolean {
  if (condition === undefined) return true;
  const begins = /^resource\.name\.startsWith\("([^"]+)"\)$/.exec(condition)?.[1];
  if (begins !== undefined) return name.startsWith(begins);
  const equal = /^resource\.name == "([^"]+)"$/.exec(condition)?.[1];
  if (equal !== undefined) return name === equal;
  throw new Error(`The condition ${condition} is not understood; see cloud/grants.ts.`);
}

/** Whether the member may do this to the resource of this name. */
export function isAllowed(cloud: Cloud, member: string, permission: string, name: string): boolean {
  const project = `projects/${cloud.place.project}`;
  return grantsOf(cloud).some(
    (grant) =>
      grant.member === member &&
      (grant.resource === project ||
        name === grant.resource ||
        name.startsWith(`${grant.resource}/`)) &&
      permissionsOf(cloud, grant.role).includes(permission) &&
      meets(grant.condition, name),
  );
}

/** Service agents, which exist once they were asked for. */
export function agentsOf(cloud: Cloud): string[] {
  return cloud
    .all('google_project_service_identity')
    .map(({ values }) => `serviceAccount:${textIn(values, 'email')}`);
}
