// The steps by which a reader proves an entry, and the comparison of two checkpoints. Loaded only when asked for.
import { ledgerBytes, type EvidenceDetail } from '@/api'

export interface ProofStep {
  key: 'leaf' | 'key' | 'signature' | 'inclusion' | 'opening'
  ok: boolean
  detail: string
}

/** Domain of the commitment over the private part of an entry. */
const COMMIT_DOMAIN = 'guantong/commit/v1'

/** True when two JSON values say the same, whatever the order of their fields. */
function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  const names = Object.keys(left)
  return names.length === Object.keys(right).length && names.every((name) => sameJson(left[name], right[name]))
}

async function publishedKey(): Promise<string | undefined> {
  const bytes = await ledgerBytes('key')
  return bytes && new TextDecoder().decode(bytes).trim()
}

/** Checks one entry step by step; a step that throws has failed. */
export async function* proofSteps(detail: EvidenceDetail, published: () => Promise<string | undefined> = publishedKey): AsyncGenerator<ProofStep> {
  const m = await import('./merkle')
  const { sha256 } = await import('@noble/hashes/sha2.js')
  const step = async (key: ProofStep['key'], check: () => Promise<[boolean, string]> | [boolean, string]): Promise<ProofStep> => {
    try {
      const [ok, text] = await check()
      return { key, ok, detail: text }
    } catch (cause) {
      return { key, ok: false, detail: cause instanceof Error ? cause.message : String(cause) }
    }
  }

  yield await step('leaf', () => {
    const leaf = m.fromBase64(detail.leaf)
    const shown = sameJson(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(leaf)), detail.entry)
    return [shown, m.toHex(m.leafHash(leaf))]
  })
  yield await step('key', async () => {
    const key = m.parseKey(detail.verifier_key)
    const known = await published()
    return [key.idFits && (known === undefined || known.includes(detail.verifier_key.trim())), `${key.name} · ${key.id}`]
  })
  yield await step('signature', () => {
    const checkpoint = m.readCheckpoint(detail.checkpoint, m.parseKey(detail.verifier_key))
    return [checkpoint.signed, `${checkpoint.origin} · ${checkpoint.size}`]
  })
  yield await step('inclusion', () => {
    const checkpoint = m.readCheckpoint(detail.checkpoint, m.parseKey(detail.verifier_key))
    const leaf = m.leafHash(m.fromBase64(detail.leaf))
    const root = m.rootOfInclusion(detail.index, checkpoint.size, leaf, detail.proof.map(m.fromBase64))
    return [root !== null && m.same(root, checkpoint.root), root ? m.toHex(root) : '']
  })
  const opening = detail.opening as { r?: unknown; payload?: unknown } | null | undefined
  if (typeof opening?.r === 'string' && typeof opening.payload === 'string') {
    const { r, payload } = opening as { r: string; payload: string }
    yield await step('opening', () => {
      const text = new TextEncoder()
      const commit = m.toHex(sha256(m.join(text.encode(COMMIT_DOMAIN), m.fromHex(r), text.encode(payload))))
      const leaf = JSON.parse(new TextDecoder().decode(m.fromBase64(detail.leaf))) as { commit?: string }
      return [commit === leaf.commit, commit]
    })
  }
}

export interface Comparison {
  outcome: 'same' | 'consistent' | 'diverged' | 'older' | 'unreadable' | 'unsigned'
  ok: boolean
  oldSize?: number
  newSize?: number
}

/** Compares a checkpoint saved earlier with the present one, with a proof made from the public tiles. */
export async function compareCheckpoints(
  saved: string,
  now: string,
  read: (path: string) => Promise<Uint8Array | undefined> = ledgerBytes,
): Promise<Comparison> {
  const m = await import('./merkle')
  const { TileTree } = await import('./tiles')
  const keyBytes = await read('key')
  const key = m.parseKey(new TextDecoder().decode(keyBytes ?? new Uint8Array()))
  let before
  try {
    // What was pasted may have lost its last line end, or gained those of another system.
    before = m.readCheckpoint(`${saved.replace(/\r\n/g, '\n').trim()}\n`, key)
  } catch {
    return { outcome: 'unreadable', ok: false }
  }
  const after = m.readCheckpoint(now, key)
  const sizes = { oldSize: before.size, newSize: after.size }
  if (!before.signed || !after.signed) return { outcome: 'unsigned', ok: false, ...sizes }
  if (before.size > after.size) return { outcome: 'older', ok: false, ...sizes }
  if (before.size === after.size) return m.same(before.root, after.root) ? { outcome: 'same', ok: true, ...sizes } : { outcome: 'diverged', ok: false, ...sizes }
  // Every log begins with the empty one.
  if (before.size === 0) return { outcome: 'consistent', ok: true, ...sizes }
  const proof = await new TileTree(after.size, read).consistencyProof(before.size)
  const ok = m.isConsistent(before.size, after.size, before.root, after.root, proof)
  return { outcome: ok ? 'consistent' : 'diverged', ok, ...sizes }
}
