/** The application's default credentials: who this machine is for Google. */
import { messageOf, Unauthorized } from '../errors.ts';

/**
 * Asks for an access token and forgets it.
 * @throws Unauthorized where there are no credentials, or none that Google takes
 */
export async function requestGoogleToken(): Promise<void> {
  const { GoogleAuth } = await import('google-auth-library');
  const auth = new GoogleAuth({ scopes: ['https://www.googleapis.com/auth/cloud-platform'] });
  try {
    if (await auth.getAccessToken()) return;
  } catch (error) {
    throw new Unauthorized('unauthorized', 'google: there are no credentials that work', {
      cause: error,
      said: messageOf(error),
    });
  }
  throw new Unauthorized('unauthorized', 'google: the credentials give no access token');
}
