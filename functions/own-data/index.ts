/** A user's own data: reading it in, and saying beforehand what it gives. */
export { type CheckedTable, checkData, type DataCheck } from './check.ts';
export {
  type ImportedTable,
  type ImportResult,
  importData,
  newestCompleteDay,
} from './folder.ts';
