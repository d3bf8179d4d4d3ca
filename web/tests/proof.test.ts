// The console's proof steps against a log made by other code, in Node's own cryptography.
import { describe, expect, it } from 'vitest'
import type { EvidenceDetail } from '@/api'
import { compareCheckpoints, proofSteps, sameJson } from '@/lib/proof'
import { TileTree, tilePath } from '@/lib/tiles'
import { MockLedger } from '../e2e/mock/ledger.mjs'

function grow(size: number): InstanceType<typeof MockLedger> {
  const ledger = new MockLedger('test/log')
  for (let i = 0; i < size; i++) ledger.append({ kind: 'exchange.query', call: String(i) }, { caller: 'x', case_no: String(i) })
  return ledger
}
function detail(ledger: InstanceType<typeof MockLedger>, index: number): EvidenceDetail {
  const leaf = ledger.leaves[index]!
  return {
    index, leaf: leaf.toString('base64'), entry: JSON.parse(leaf.toString()), opening: ledger.openings[index]!, proof: ledger.proof(index).map((hash: Buffer) => hash.toString('base64')),
    checkpoint: ledger.checkpoint(), verifier_key: ledger.key,
  }
}
const failed = async (one: EvidenceDetail, key: string) => (await proofSteps(one, async () => key)).filter((step) => !step.ok).map((step) => step.key)

describe('proof of one entry', () => {
  const ledger = grow(21)
  it('passes for every entry of the log', async () => {
    for (let i = 0; i < 21; i++) expect(await failed(detail(ledger, i), ledger.key)).toEqual([])
  })
  it('fails where something was altered', async () => {
    const good = detail(ledger, 7)
    expect(await failed({ ...good, entry: { ...good.entry, rows: 2 } }, ledger.key)).toEqual(['words'])
    expect(await failed({ ...good, index: 8 }, ledger.key)).toEqual(['inclusion'])
    expect(await failed({ ...good, checkpoint: good.checkpoint.replace('\n21\n', '\n20\n') }, ledger.key)).toEqual(['signature'])
    expect(await failed(good, grow(1).key)).toEqual(['published'])
    expect(await failed({ ...good, opening: { ...good.opening!, payload: good.opening!.payload.replace('"x"', '"y"') } }, ledger.key)).toEqual(['opening'])
    expect(await failed({ ...good, opening: { ...good.opening!, said: { caller: 'y' } } }, ledger.key)).toEqual(['opening'])
    expect(await failed({ ...good, leaf: '!!' }, ledger.key)).toContain('words')
  })
})

describe('comparison of checkpoints', () => {
  const ledger = grow(600)
  const read = (of: InstanceType<typeof MockLedger>) => async (path: string) => (path === 'key' ? new TextEncoder().encode(of.key) : of.tile(path.replace('tile/', '')))
  it('is consistent from every size, also across full tiles', async () => {
    for (const size of [1, 2, 3, 7, 128, 255, 256, 257, 511, 512, 513, 599]) {
      expect(await compareCheckpoints(ledger.checkpoint(size), ledger.checkpoint(), read(ledger)), String(size)).toMatchObject({ outcome: 'consistent', ok: true })
    }
    expect(await compareCheckpoints(ledger.checkpoint(), ledger.checkpoint(), read(ledger))).toMatchObject({ outcome: 'same' })
  })
  it('tells a log whose past was changed, cut or signed by another', async () => {
    const other = grow(600)
    other.privateKey = ledger.privateKey
    other.id = ledger.id
    other.key = ledger.key
    expect(await compareCheckpoints(other.checkpoint(300), ledger.checkpoint(), read(ledger))).toMatchObject({ outcome: 'diverged', ok: false })
    expect(await compareCheckpoints(ledger.checkpoint(), ledger.checkpoint(500), read(ledger))).toMatchObject({ outcome: 'older', ok: false })
    expect(await compareCheckpoints(ledger.checkpoint(300).replace('\n300\n', '\n299\n'), ledger.checkpoint(), read(ledger))).toMatchObject({ outcome: 'unsigned', ok: false })
    expect(await compareCheckpoints('hello', ledger.checkpoint(), read(ledger))).toMatchObject({ outcome: 'unreadable', ok: false })
  })
  it('takes a text whose line ends were changed on the way', async () => {
    const pasted = ledger.checkpoint(300).replace(/\n/g, '\r\n').trim()
    expect(await compareCheckpoints(pasted, ledger.checkpoint(), read(ledger))).toMatchObject({ outcome: 'consistent' })
  })
  it('fails loudly when a tile is missing', async () => {
    await expect(new TileTree(600, async () => undefined).consistencyProof(3)).rejects.toThrow('missing')
  })
})

it('tile paths follow the specification', () => {
  expect(tilePath(0, 1234067, 256)).toBe('tile/0/x001/x234/067')
  expect(tilePath(1, 0, 3)).toBe('tile/1/000.p/3')
})
it('compares JSON by value', () => {
  expect(sameJson({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toBe(true)
  expect(sameJson({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true)
  expect(sameJson({ a: 1 }, { a: '1' })).toBe(false)
  expect(sameJson([1], { 0: 1 })).toBe(false)
})
