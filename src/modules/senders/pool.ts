/** Who may serve a request: explicit ids and tags together; with neither, every sender of the tenant. */
export interface SenderPool {
  senderIds: string[];
  senderTags: string[];
}
