/** Where people read messages: a chat with channels. */

export interface ChannelMessage {
  /** The chat's own id of the channel. */
  channel: string;
  /** As the chat writes it; see `escaped` and `mentioning` of the adapter's folder. */
  text: string;
  /** Goes along unseen, so that a message which may have been sent can be found. */
  key: string;
}

export interface Messenger {
  /**
   * Sends one message: never twice by itself, so a Retryable may mean that it arrived.
   * @returns the chat's id of it
   * @throws Throttled where the chat took nothing and asks to wait
   * @throws Rejected where the message cannot be sent as it is, such as to an unknown channel
   * @throws Unauthorized where the token does not let us
   */
  send(message: ChannelMessage): Promise<string>;
  /**
   * The id of a message that was sent with this key at `since` or later; undefined where there
   * is none. Throws as `send`.
   */
  find(channel: string, key: string, since: Date): Promise<string | undefined>;
  /** Asks the chat who we are, and sends nothing: the workspace's name. Throws as `send`. */
  workspace(): Promise<string>;
}
