/** The vectors in `vectors.json` are written by the Rust side, so both sides must come to the same verdicts. */
import { describe, expect, it } from 'vitest'

import { fromBase64, parseKey, toBase64 } from './note'
import { emptyRoot, leafHash } from './tree'
import vectors from './vectors.json'
import { verifyConsistency, verifyInclusion } from './verify'

describe('constants of the public formats', () => {
  it('hashes like the specifications say', () => {
    expect(toBase64(emptyRoot())).toBe('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=')
    expect(toBase64(leafHash(new Uint8Array()))).toBe('bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=')
  })

  it('reads the example key of the signed-note specification', () => {
    const key = parseKey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k')
    expect(key.name).toBe('example.com/foo')
    expect(() => parseKey('example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k')).toThrow()
  })

  it('refuses base64 with unused bits', () => {
    expect(() => fromBase64('AB==')).toThrow()
    expect(fromBase64('AA==')).toEqual(Uint8Array.of(0))
  })
})

describe('inclusion', () => {
  it.each(vectors.inclusion)('$name', (vector) => {
    const verdict = verifyInclusion({ ...vector, leaf: fromBase64(vector.leaf) })
    const failed = verdict.steps.find((step) => !step.ok)?.step ?? null
    expect(failed).toBe(vector.fails)
    expect(verdict.ok).toBe(vector.fails === null)
    expect(verdict.checkpoint !== undefined).toBe(verdict.ok)
    for (const step of verdict.steps) expect(step.zh !== '' && step.en !== '' && step.detail !== '').toBe(true)
  })

  it('names all steps in order when all is well', () => {
    const good = vectors.inclusion.find((vector) => vector.fails === null)
    if (good === undefined) throw new Error('no good vector')
    const verdict = verifyInclusion({ ...good, leaf: fromBase64(good.leaf) })
    expect(verdict.steps.map((step) => step.step)).toEqual(['key', 'note', 'signature', 'checkpoint', 'leaf', 'inclusion'])
  })

  it('notices each changed character of the note', () => {
    const good = vectors.inclusion.find((vector) => vector.fails === null)
    if (good === undefined) throw new Error('no good vector')
    for (let at = 0; at < good.note.length; at += 1) {
      const changed = good.note[at] === 'x' ? 'y' : 'x'
      const note = good.note.slice(0, at) + changed + good.note.slice(at + 1)
      expect(verifyInclusion({ ...good, note, leaf: fromBase64(good.leaf) }).ok, `character ${at}`).toBe(false)
    }
  })

  it('does not choke on nonsense', () => {
    const good = vectors.inclusion[0]
    if (good === undefined) throw new Error('no vector')
    for (const note of ['', '\n\n', 'a\n\nb\n', '\u2014', '\n\n\u2014 a AAAAAAA=\n']) {
      expect(verifyInclusion({ ...good, note, leaf: new Uint8Array() }).ok).toBe(false)
    }
    for (const index of [-1, 1.5, 'x', '']) {
      expect(verifyInclusion({ ...good, index, leaf: fromBase64(good.leaf) }).ok, String(index)).toBe(false)
    }
  })
})

describe('consistency', () => {
  it.each(vectors.consistency)('$name', (vector) => {
    const verdict = verifyConsistency(vector)
    expect(verdict.steps.find((step) => !step.ok)?.step ?? null).toBe(vector.fails)
    expect(verdict.ok).toBe(vector.fails === null)
  })
})
