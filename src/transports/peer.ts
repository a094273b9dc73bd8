/**
 * Who a person is on WhatsApp, as far as the transport knows; at least one of phone, lid and businessScopedId is there.
 * A transport reports what it saw and never guesses one from another.
 */
export interface Peer {
  /** E.164 with the leading plus. Absent when the network hides it. */
  phone?: string;
  /** WhatsApp's hidden id: digits only, without `@lid` and without a device part. */
  lid?: string;
  /** Cloud API only, `CC.xxxx`; means nothing outside the business portfolio that gave it. */
  businessScopedId?: string;
  /** Without the at sign. Changes hands: never an identity. */
  username?: string;
}

/** One message of a direct chat. The id is bare: what the network calls it, without chat or direction in front. */
export interface MessageRef {
  chat: Peer;
  waMessageId: string;
  /** True when this account wrote it, from whichever device. */
  fromMe: boolean;
}
