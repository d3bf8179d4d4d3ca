import { describe, expect, it } from 'vitest'
import { keyWords, signedKeys } from '@/lib/keys'

describe('keys of rows', () => {
  it('have room between their parts, and tell a part that is empty', () => {
    expect(keyWords('330106|2026|')).toBe('330106 | 2026 | —')
  })
  it('are parted from the sign that leads them', () => {
    expect(signedKeys(['+a|1', '-b', '~'])).toEqual([{ at: 0, sign: '+', key: 'a | 1' }, { at: 1, sign: '-', key: 'b' }, { at: 2, sign: '~', key: '—' }])
  })
})
