/** Loaded when the first message is sent or the first dead letter is looked for. */
export { PubSub, v1 } from '@google-cloud/pubsub';
export { PassThroughClient } from 'google-auth-library';
