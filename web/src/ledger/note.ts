/** Signed notes and checkpoints in their public text forms: taken apart, and their signatures checked. */
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha256 } from '@noble/hashes/sha2.js'

import type { Hash } from './tree'
import { sameBytes } from './tree'

/** Signature type of Ed25519 in the signed-note format. */
const ED25519 = 1
const SIGNATURE_LINE = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/

/** Why a text was refused. */
export class NoteError extends Error {}

/** A log's public key. */
export interface VerifierKey {
  name: string
  /** Four bytes that stand in each signature line of this key. */
  id: Uint8Array
  publicKey: Uint8Array
}

/** What a checkpoint says. */
export interface CheckpointBody {
  origin: string
  size: bigint
  root: Hash
  /** The root in base64, as it is written. */
  rootText: string
}

/** Standard base64 with padding; anything else is refused. */
export function fromBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new NoteError('not base64')
  const binary = atob(text)
  const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0))
  // The last character may carry unused bits; only one spelling of each value counts.
  if (toBase64(bytes) !== text) throw new NoteError('not base64')
  return bytes
}

/** Standard base64 with padding. */
export function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}

/** Reads a key of the form `name+hex8+base64(type || key)`. */
export function parseKey(text: string): VerifierKey {
  const match = /^([^\s+]+)\+([0-9a-fA-F]{8})\+(.+)$/.exec(text.trim())
  const [, name, idText, dataText] = match ?? []
  if (name === undefined || idText === undefined || dataText === undefined) {
    throw new NoteError('a key has the form name+id+base64')
  }
  const data = fromBase64(dataText)
  if (data[0] !== ED25519 || data.length !== 33) throw new NoteError('only Ed25519 keys are known')
  const id = sha256
    .create()
    .update(new TextEncoder().encode(name))
    .update(Uint8Array.of(0x0a))
    .update(data)
    .digest()
    .slice(0, 4)
  const written = Uint8Array.from(idText.match(/../g) ?? [], (pair) => parseInt(pair, 16))
  if (!sameBytes(id, written)) throw new NoteError('the key id does not fit name and key')
  return { name, id, publicKey: data.slice(1) }
}

/** A note taken apart: the signed text and the signature lines. */
export interface Note {
  text: string
  signatures: { name: string; id: Uint8Array; signature: Uint8Array }[]
}

/** Takes a note apart; says nothing about its signatures. */
export function parseNote(note: string): Note {
  const end = note.lastIndexOf('\n\n')
  if (end < 0 || !note.endsWith('\n')) throw new NoteError('a note is a text, an empty line and signature lines')
  const text = note.slice(0, end + 1)
  if (/[\u0000-\u0009\u000b-\u001f]/.test(text)) throw new NoteError('the text holds a control character')
  const signatures = note
    .slice(end + 2, -1)
    .split('\n')
    .map((line) => {
      const [, name, blobText] = SIGNATURE_LINE.exec(line) ?? []
      if (name === undefined || blobText === undefined) throw new NoteError('not a signature line')
      const blob = fromBase64(blobText)
      if (blob.length <= 4) throw new NoteError('a signature is too short')
      return { name, id: blob.slice(0, 4), signature: blob.slice(4) }
    })
  return { text, signatures }
}

/** Whether exactly one line of the note is this key's signature, and it fits the text. */
export function isSignedBy(note: Note, key: VerifierKey): boolean {
  const own = note.signatures.filter((line) => line.name === key.name && sameBytes(line.id, key.id))
  const [line] = own
  if (line === undefined || own.length !== 1 || line.signature.length !== 64) return false
  try {
    // Strict rules of RFC 8032, like the server's: no second spelling of a signature.
    return ed25519.verify(line.signature, new TextEncoder().encode(note.text), key.publicKey, { zip215: false })
  } catch {
    return false
  }
}

/** Reads the text of a checkpoint: origin, size, root. */
export function parseCheckpoint(text: string): CheckpointBody {
  const lines = text.split('\n')
  const [origin, sizeText, rootText] = lines
  if (!text.endsWith('\n') || !origin || sizeText === undefined || rootText === undefined || lines.length < 4) {
    throw new NoteError('a checkpoint has the lines origin, size and root')
  }
  if (!/^(0|[1-9][0-9]{0,19})$/.test(sizeText)) throw new NoteError('the size is not a number')
  const size = BigInt(sizeText)
  if (size >= 1n << 64n) throw new NoteError('the size is not a number')
  const root = fromBase64(rootText)
  if (root.length !== 32) throw new NoteError('the root is not a hash')
  return { origin, size, root, rootText }
}
