/**
 * Merkle tree hashing (RFC 6962) and the checking of proofs (RFC 9162, sections 2.1.3.2 and 2.1.4.2).
 *
 * SHA-256 comes from a library and not from `crypto.subtle`, because offices open the console over plain HTTP inside
 * their own network, where the browser withholds `crypto.subtle`.
 */
import { sha256 } from '@noble/hashes/sha2.js'

/** A hash: 32 bytes. */
export type Hash = Uint8Array

const HASH_LENGTH = 32

/** SHA-256(0x00 || data). */
export function leafHash(data: Uint8Array): Hash {
  return sha256.create().update(Uint8Array.of(0)).update(data).digest()
}

/** SHA-256(0x01 || left || right). */
export function nodeHash(left: Hash, right: Hash): Hash {
  return sha256.create().update(Uint8Array.of(1)).update(left).update(right).digest()
}

/** The root of a tree without entries. */
export function emptyRoot(): Hash {
  return sha256(new Uint8Array())
}

/** Whether two hashes are equal. They are public, so the time this takes tells nothing. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}

/** Why a proof was refused before any hash could be compared. */
export class ProofError extends Error {}

/** Refuses proofs that hold something else than hashes. */
function checkHashes(proof: readonly Hash[]): void {
  if (proof.some((hash) => hash.length !== HASH_LENGTH)) throw new ProofError('a proof consists of 32-byte hashes')
}

/**
 * One step of both proofs: whether the next hash stands to the left, and the two numbers for the level above. The
 * numbers are the places of the entry and of the last entry in their level.
 */
function climb(place: bigint, last: bigint): { left: boolean; place: bigint; last: bigint } {
  const left = (place & 1n) === 1n || place === last
  if (left) {
    while ((place & 1n) === 0n && place !== 0n) {
      place >>= 1n
      last >>= 1n
    }
  }
  return { left, place: place >> 1n, last: last >> 1n }
}

/** The root that an inclusion proof leads to. */
export function rootFromInclusion(index: bigint, size: bigint, leaf: Hash, proof: readonly Hash[]): Hash {
  checkHashes(proof)
  if (index < 0n || index >= size) throw new ProofError('the index lies outside the log')
  let [place, last, root] = [index, size - 1n, leaf]
  for (const hash of proof) {
    if (last === 0n) throw new ProofError('the proof has too many hashes')
    const step = climb(place, last)
    root = step.left ? nodeHash(hash, root) : nodeHash(root, hash)
    place = step.place
    last = step.last
  }
  if (last !== 0n) throw new ProofError('the proof has too few hashes')
  return root
}

/** The two roots, of the old and of the new tree, that a consistency proof leads to. */
export function rootsFromConsistency(
  oldSize: bigint,
  newSize: bigint,
  oldRoot: Hash,
  proof: readonly Hash[],
): { oldRoot: Hash; newRoot: Hash } {
  checkHashes(proof)
  if (oldSize <= 0n || oldSize >= newSize) throw new ProofError('the old tree must be smaller than the new one')
  const powerOfTwo = (oldSize & (oldSize - 1n)) === 0n
  const path = powerOfTwo ? [oldRoot, ...proof] : [...proof]
  const first = path.shift()
  if (first === undefined) throw new ProofError('the proof has too few hashes')
  let [place, last] = [oldSize - 1n, newSize - 1n]
  while ((place & 1n) === 1n) {
    place >>= 1n
    last >>= 1n
  }
  let [fromOld, fromNew] = [first, first]
  for (const hash of path) {
    if (last === 0n) throw new ProofError('the proof has too many hashes')
    const step = climb(place, last)
    if (step.left) {
      fromOld = nodeHash(hash, fromOld)
      fromNew = nodeHash(hash, fromNew)
    } else {
      fromNew = nodeHash(fromNew, hash)
    }
    place = step.place
    last = step.last
  }
  if (last !== 0n) throw new ProofError('the proof has too few hashes')
  return { oldRoot: fromOld, newRoot: fromNew }
}
