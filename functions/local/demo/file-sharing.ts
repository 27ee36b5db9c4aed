/** A file-sharing service's customers, each with one owner for good. */
import { type DemoKind, subscription } from './kind.ts';

export const fileSharing: DemoKind = {
  ...subscription,
  features: ['upload', 'sync', 'links', 'comments', 'previews', 'scans', 'file_requests', 'search'],
  options: ['large_transfers', 'backup', 'signatures'],
  lastingOwner: true,
};
