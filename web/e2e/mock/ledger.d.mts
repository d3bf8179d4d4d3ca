/** Types of the mock ledger, for the unit tests. */
export declare class MockLedger {
  constructor(origin: string)
  leaves: Buffer[]
  openings: { r: string; payload: string; said: Record<string, unknown> }[]
  privateKey: unknown
  id: Buffer
  key: string
  append(entry: object, payload: object): number
  proof(index: number): Buffer[]
  checkpoint(size?: number): string
  tile(path: string): Buffer | undefined
}
