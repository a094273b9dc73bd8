/** Failures in a row after a connection ended: one that was stable starts the count anew. */
export function failuresAfter(failures: number, connectedMs: number | undefined, stableMs: number): number {
  return connectedMs !== undefined && connectedMs >= stableMs ? 0 : failures + 1;
}
