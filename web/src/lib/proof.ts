// The steps by which a reader proves an entry, and the comparison of two checkpoints. The verifier and its cryptography
// are loaded only when somebody asks for a proof.
import { ledgerBytes, type Both, type EvidenceDetail } from '@/api'
import type { StepName } from '@/ledger/verify'

export interface ProofStep {
  key: StepName | 'words' | 'published' | 'opening'
  ok: boolean
  detail: string
  /** The verifier's own sentence, for the steps that are its. */
  says?: Both
}

/** Domain of the commitment over the private part of an entry. */
const COMMIT_DOMAIN = 'guantong/commit/v1'

/** True when two JSON values say the same, whatever the order of their fields. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  const names = Object.keys(left)
  return names.length === Object.keys(right).length && names.every((name) => sameJson(left[name], right[name]))
}

const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

function fromHex(text: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/i.test(text)) throw new Error('not hexadecimal')
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

async function publishedKey(): Promise<string | undefined> {
  const bytes = await ledgerBytes('key')
  return bytes && new TextDecoder().decode(bytes).trim()
}

/** A check of our own; one that throws has failed. */
async function own(key: ProofStep['key'], check: () => Promise<[boolean, string]> | [boolean, string]): Promise<ProofStep> {
  try {
    const [ok, detail] = await check()
    return { key, ok, detail }
  } catch (cause) {
    return { key, ok: false, detail: cause instanceof Error ? cause.message : String(cause) }
  }
}

/** Proves one entry: what is shown is what was recorded, and what was recorded stands in the signed log. */
export async function proofSteps(detail: EvidenceDetail, published: () => Promise<string | undefined> = publishedKey): Promise<ProofStep[]> {
  const [{ verifyInclusion }, { fromBase64 }, { sha256 }] = await Promise.all([import('@/ledger/verify'), import('@/ledger/note'), import('@noble/hashes/sha2.js')])
  const text = new TextEncoder()
  let leaf = new Uint8Array()
  const steps = [
    await own('words', () => {
      leaf = Uint8Array.from(fromBase64(detail.leaf))
      return [sameJson(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(leaf)), detail.entry), `${leaf.length} bytes`]
    }),
    await own('published', async () => {
      const known = await published()
      return [known === detail.verifier_key.trim(), known ?? '']
    }),
  ]
  const verdict = verifyInclusion({ key: detail.verifier_key, note: detail.checkpoint, index: detail.index, leaf, proof: detail.proof })
  for (const { step, ok, detail: found, zh, en } of verdict.steps) steps.push({ key: step, ok, detail: found, says: { zh, en } })
  const opening = detail.opening
  if (opening) {
    steps.push(
      await own('opening', () => {
        const commit = hex(sha256.create().update(text.encode(COMMIT_DOMAIN)).update(fromHex(opening.r)).update(text.encode(opening.payload)).digest())
        const recorded = (JSON.parse(new TextDecoder().decode(leaf)) as { commit?: string }).commit
        return [commit === recorded && sameJson(JSON.parse(opening.payload), opening.said), commit]
      }),
    )
  }
  return steps
}

export interface Comparison {
  outcome: 'same' | 'consistent' | 'diverged' | 'older' | 'unreadable' | 'unsigned'
  ok: boolean
  oldSize?: string
  newSize?: string
}

/** Compares a checkpoint saved earlier with the present one, with a proof made from the public tiles. */
export async function compareCheckpoints(
  saved: string,
  now: string,
  read: (path: string) => Promise<Uint8Array | undefined> = ledgerBytes,
): Promise<Comparison> {
  const [{ verifyConsistency }, { parseCheckpoint, parseNote, toBase64 }, { TileTree }] = await Promise.all([import('@/ledger/verify'), import('@/ledger/note'), import('./tiles')])
  const key = new TextDecoder().decode((await read('key')) ?? new Uint8Array())
  // What was pasted may have lost its last line end, or gained those of another system.
  const oldNote = `${saved.replace(/\r\n/g, '\n').trim()}\n`
  let before
  try {
    before = parseCheckpoint(parseNote(oldNote).text)
  } catch {
    return { outcome: 'unreadable', ok: false }
  }
  const after = parseCheckpoint(parseNote(now).text)
  const grown = before.size > 0n && before.size < after.size
  const proof = grown ? await new TileTree(Number(after.size), read).consistencyProof(Number(before.size)) : []
  const verdict = verifyConsistency({ key, oldNote, newNote: now, proof: proof.map(toBase64) })
  const sizes = { oldSize: String(before.size), newSize: String(after.size) }
  if (verdict.ok) return { outcome: before.size === after.size ? 'same' : 'consistent', ok: true, ...sizes }
  const failed = verdict.steps[verdict.steps.length - 1]?.step
  if (failed !== 'consistency') return { outcome: 'unsigned', ok: false, ...sizes }
  return { outcome: before.size > after.size ? 'older' : 'diverged', ok: false, ...sizes }
}
