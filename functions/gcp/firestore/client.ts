/** Loaded when the first document is read or written: it takes longer to load than all else. */
export { FieldPath, FieldValue, Firestore, Timestamp } from '@google-cloud/firestore';
export { PassThroughClient } from 'google-auth-library';
