// A small transparency log in memory, in the public formats, so that the browser has something real to verify.
import { createHash, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

const sha = (...parts) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
const leafHash = (leaf) => sha(Buffer.of(0), leaf)
const nodeHash = (left, right) => sha(Buffer.of(1), left, right)
function split(n) {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

export class MockLedger {
  constructor(origin) {
    this.origin = origin
    this.leaves = []
    this.hashes = []
    this.openings = []
    const { privateKey } = generateKeyPairSync('ed25519')
    this.privateKey = privateKey
    const raw = createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).subarray(-32)
    this.data = Buffer.concat([Buffer.of(1), raw])
    this.id = sha(`${origin}\n`, this.data).subarray(0, 4)
    this.key = `${origin}+${this.id.toString('hex')}+${this.data.toString('base64')}`
  }
  append(entry, payload) {
    const r = randomBytes(32)
    const said = { time_ms: Date.now(), ...payload }
    const text = JSON.stringify(said)
    const leaf = { v: 1, t: Math.floor(said.time_ms / 60000) * 60, ...entry, commit: sha('guantong/commit/v1', r, text).toString('hex') }
    const bytes = Buffer.from(JSON.stringify(leaf))
    this.leaves.push(bytes)
    this.hashes.push(leafHash(bytes))
    this.openings.push({ r: r.toString('hex'), payload: text, said })
    return this.leaves.length - 1
  }
  range(from, to) {
    if (to === from) return sha('')
    if (to - from === 1) return this.hashes[from]
    const k = split(to - from)
    return nodeHash(this.range(from, from + k), this.range(from + k, to))
  }
  proof(index, from = 0, to = this.hashes.length) {
    if (to - from <= 1) return []
    const k = split(to - from)
    return index < from + k
      ? [...this.proof(index, from, from + k), this.range(from + k, to)]
      : [...this.proof(index, from + k, to), this.range(from, from + k)]
  }
  checkpoint(size = this.hashes.length) {
    const body = `${this.origin}\n${size}\n${this.range(0, size).toString('base64')}\n`
    const blob = Buffer.concat([this.id, sign(null, Buffer.from(body), this.privateKey)])
    return `${body}\n\u2014 ${this.origin} ${blob.toString('base64')}\n`
  }
  /** A hash tile, or nothing when the path names none. */
  tile(path) {
    const found = /^(\d+)\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d+))?$/.exec(path)
    if (!found) return undefined
    const unit = 256 ** Number(found[1])
    const at = Number(found[2].replace(/[x/]/g, ''))
    const width = Number(found[3] ?? 256)
    if ((at * 256 + width) * unit > this.hashes.length) return undefined
    return Buffer.concat(Array.from({ length: width }, (_, i) => this.range((at * 256 + i) * unit, (at * 256 + i + 1) * unit)))
  }
}
