import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { toApiError } from '@/api/client'
import { fill, lang, say, t, tOr } from '@/i18n'
import { flagWords } from '@/lib/flags'
import { kindWords } from '@/lib/kind'
import { checkByKind } from '@/lib/identity'
import { exampleBody, snippets } from '@/lib/snippets'

describe('languages', () => {
  it('shows the chosen one and falls back to the other', () => {
    expect(t('nav.home')).toBe('待办')
    lang.value = 'en'
    expect(t('nav.home')).toBe('To do')
    expect(say({ zh: '甲', en: '' })).toBe('甲')
    lang.value = 'zh'
    expect(say({ zh: '甲', en: 'a' })).toBe('甲')
  })
  it('fills places and leaves unknown ones', () => expect(fill('{a} {b}', { a: 1 })).toBe('1 {b}'))
  it('shows what it does not know as it is, and trips over no inherited name', () => {
    expect(tOr('grant.constructor', 'x')).toBe('x')
    expect(tOr('constructor', 'x')).toBe('x')
    expect(flagWords('new.flag')).toBe('new.flag')
    expect(flagWords('code.unmapped')).toContain('代码')
    expect(kindWords({ type: 'code', set: 'sex' })).toBe('代码 · 性别')
  })
})

describe('errors', () => {
  it('keeps the sentence, the place and the facts of the server', () => {
    const error = toApiError(503, { error: { code: 'source.down', zh: '甲', en: 'a', fields: [], trace: 't', station: 'fetch', source: 's', provider: 'p', since_ms: 5 } })
    expect(error).toMatchObject({ status: 503, code: 'source.down', station: 'fetch', source: 's', provider: 'p', sinceMs: 5, trace: 't' })
  })
  it('makes a sentence of whatever else comes back', () => {
    for (const body of [undefined, null, '<html>', {}, { error: 'x' }, { error: {} }]) expect(toApiError(502, body).zh).toContain('502')
  })
})

describe('programs', () => {
  it('ask by a number that has a right check character', () => {
    const key = (type: string) => Object.values((exampleBody({ code: 'x', items: [{ item: 'k', is_key: true, kind: { type } }] }) as { subject: Record<string, string> }).subject)[0]!
    expect(checkByKind('resident_id', key('resident_id'))).toBeNull()
    expect(checkByKind('credit_code', key('credit_code'))).toBeNull()
  })
  const item = { item: 'resident_id', is_key: true }
  it('cannot be broken out of by a name in the catalogue', () => {
    const made = snippets('http://hub', { code: `GA'; rm -rf /; echo "$(id)\`\\`, items: [item, { ...item, item: `x'"\n`, is_key: false }] })
    for (const text of Object.values(made)) expect(text).not.toMatch(/rm -rf \/; echo "\$|\$\(id\)/)
  })
  it('are valid shell and Python', () => {
    const made = snippets('http://hub', { code: 'GA-1', items: [item, { ...item, item: 'name', is_key: false }] })
    execFileSync('bash', ['-n'], { input: made.curl })
    execFileSync('python3', ['-c', 'import ast,sys; ast.parse(sys.stdin.read())'], { input: made.python })
    expect(made.java).toContain('\\"resident_id\\"')
  })
})
