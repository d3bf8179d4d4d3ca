// Merkle trees by RFC 6962 and signed notes by C2SP, enough to check an entry and to compare two checkpoints. Pure.
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha256 } from '@noble/hashes/sha2.js'

export type Hash = Uint8Array

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0))
}

export function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function fromHex(text: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/i.test(text)) throw new Error('not hexadecimal')
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

export function join(...parts: Uint8Array[]): Uint8Array {
  const made = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    made.set(part, at)
    at += part.length
  }
  return made
}

export function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

export const leafHash = (leaf: Uint8Array): Hash => sha256(join(Uint8Array.of(0), leaf))
export const nodeHash = (left: Hash, right: Hash): Hash => sha256(join(Uint8Array.of(1), left, right))

/** The largest power of two below `n`; `n` is at least 2. */
export function split(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

/** The root that an inclusion proof leads to, or `null` when the proof has the wrong length. */
export function rootOfInclusion(index: number, size: number, leaf: Hash, proof: Hash[]): Hash | null {
  if (index < 0 || index >= size) return null
  // From the root down the path turns left or right; the proof lists the siblings from the leaf up.
  const turns: boolean[] = []
  for (let low = index, n = size; n > 1; ) {
    const k = split(n)
    const right = low >= k
    turns.push(right)
    n = right ? n - k : k
    if (right) low -= k
  }
  if (proof.length !== turns.length || proof.some((hash) => hash.length !== 32)) return null
  return proof.reduce((hash, sibling, i) => (turns[turns.length - 1 - i] ? nodeHash(sibling, hash) : nodeHash(hash, sibling)), leaf)
}

/** Whether the proof shows that the tree of `newSize` begins with the tree of `oldSize`. */
export function isConsistent(oldSize: number, newSize: number, oldRoot: Hash, newRoot: Hash, proof: Hash[]): boolean {
  if (oldSize < 1 || oldSize > newSize) return false
  if (oldSize === newSize) return proof.length === 0 && same(oldRoot, newRoot)
  let at = proof.length
  const take = (): Hash => {
    const hash = proof[--at]
    if (!hash) throw new RangeError('the proof is too short')
    return hash
  }
  // Mirrors the definition of the proof; answers the old and the new root of one subtree.
  const walk = (m: number, n: number, whole: boolean): [Hash, Hash] => {
    if (m === n) {
      const hash = whole ? oldRoot : take()
      return [hash, hash]
    }
    const k = split(n)
    if (m <= k) {
      const right = take()
      const [before, now] = walk(m, k, whole)
      return [before, nodeHash(now, right)]
    }
    const left = take()
    const [before, now] = walk(m - k, n - k, false)
    return [nodeHash(left, before), nodeHash(left, now)]
  }
  try {
    const [before, now] = walk(oldSize, newSize, true)
    return at === 0 && same(before, oldRoot) && same(now, newRoot)
  } catch {
    return false
  }
}

export interface VerifierKey {
  name: string
  id: string
  key: Uint8Array
  /** Whether the id is the one that belongs to name and key. */
  idFits: boolean
}

const text = new TextEncoder()

/** Reads `name+hex8+base64(type || key)`; throws when it has another form. */
export function parseKey(vkey: string): VerifierKey {
  const found = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey.trim())
  if (!found) throw new Error('not a verifier key')
  const [, name = '', id = '', data = ''] = found
  const bytes = fromBase64(data)
  if (bytes[0] !== 1 || bytes.length !== 33) throw new Error('not an Ed25519 key')
  const expected = toHex(sha256(join(text.encode(`${name}\n`), bytes)).slice(0, 4))
  return { name, id, key: bytes.slice(1), idFits: expected === id }
}

export interface Checkpoint {
  origin: string
  size: number
  root: Hash
  signed: boolean
}

/** Reads a signed checkpoint and checks its signature; throws when it is no checkpoint at all. */
export function readCheckpoint(note: string, key: VerifierKey): Checkpoint {
  const at = note.lastIndexOf('\n\n')
  if (at < 0) throw new Error('not a note')
  const body = note.slice(0, at + 1)
  const [origin = '', sizeText = '', rootText = ''] = body.split('\n')
  const root = fromBase64(rootText)
  if (!origin || !/^(0|[1-9]\d{0,15})$/.test(sizeText) || root.length !== 32) throw new Error('not a checkpoint')
  const lines = note.slice(at + 2).split('\n')
  const signed = lines.some((line) => {
    const found = /^\u2014 (\S+) (\S+)$/.exec(line)
    if (!found || found[1] !== key.name) return false
    try {
      const blob = fromBase64(found[2] ?? '')
      return blob.length === 68 && toHex(blob.slice(0, 4)) === key.id && ed25519.verify(blob.slice(4), text.encode(body), key.key, { zip215: false })
    } catch {
      return false
    }
  })
  return { origin, size: Number(sizeText), root, signed: signed && key.idFits && origin === key.name }
}
