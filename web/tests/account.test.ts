import { describe, expect, it } from 'vitest'
import type { Setting } from '@/api'
import { browserWords, doorWords } from '@/pages/account/words'
import { choicesProblem, isChanged, numberProblem, settingWords } from '@/pages/admin/settings'
import { bindingProblem, confirmedBy, draw, otherSide, replacedBy, temporaryPassword, wayOf } from '@/pages/admin/accountActs'
import { blankUser, problems } from '@/pages/admin/userForm'
import { classRows } from '@/pages/catalogue/classes'

describe('accounts', () => {
  const clerk = { ...blankUser(), username: 'wang.li', display_name: '王丽', organisation_id: 'o', password: 'long-enough-1' }
  it('a clerk needs a name, an office and a password', () => {
    expect(problems(clerk)).toEqual({})
    expect(Object.keys(problems(blankUser())).sort()).toEqual(['display_name', 'organisation_id', 'password', 'username'])
  })
  it('an auditor needs a staff number and a reason instead of a password, because somebody else confirms him', () => {
    expect(Object.keys(problems({ ...clerk, role: 'security_auditor', password: '' })).sort()).toEqual(['person', 'reason'])
    expect(problems({ ...clerk, role: 'security_auditor', password: '', person: 'SJ-1', reason: '到岗' })).toEqual({})
  })
  it('a platform operator needs a staff number, so that nobody holds two of the roles', () => {
    expect(Object.keys(problems({ ...clerk, role: 'platform_operator' }))).toEqual(['person'])
  })
  it('says where somebody is logged in in words', () => {
    expect(browserWords('Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/120.0 Safari/537 Edg/120.0')).toBe('Edge · Windows')
    expect(browserWords('curl/8')).toBe('curl/8')
    expect(doorWords('password+code')).toBe('密码 + 动态口令')
    expect(doorWords('oidc:province')).toBe('统一身份认证')
  })
})

describe('settings', () => {
  const days: Setting = { key: 'catalog.sign_days', zh: '', en: '', kind: 'days', value: 3, default: 3, min: 1, max: 10 }
  it('keeps a clock within the law', () => {
    expect(numberProblem(days, '3')).toBe('')
    expect(numberProblem(days, '11')).toContain('10')
    expect(numberProblem(days, '0')).toBeTruthy()
    expect(numberProblem(days, '1.5')).toBeTruthy()
    expect(settingWords(days, 3)).toBe('3 个工作日')
    expect(isChanged({ ...days, value: 2 })).toBe(true)
  })
  it('wants both languages and a code of its own for each entry of a list', () => {
    const one = { code: 'other', zh: '其他', en: 'other' }
    expect(choicesProblem([one])).toBe('')
    expect(choicesProblem([])).toBeTruthy()
    expect(choicesProblem([one, one])).toContain('other')
    expect(choicesProblem([{ ...one, en: '' }])).toContain('1')
  })
})

describe('classes', () => {
  it('hang below each other with their whole code', () => {
    const rows = classRows([{ classification: 'department', code: '03', zh: '政府部门', leaves: [{ code: '006', zh: '公安' }] }], (one) => one)
    expect(rows.map((row) => [row.code, row.parent])).toEqual([['1', null], ['2', null], ['3', null], ['303', '3'], ['303006', '303']])
  })
})

describe('what may be done to an account', () => {
  const auditor = { id: 'a', role: 'security_auditor' as const }
  const clerk = { id: 'c', role: 'department_operator' as const }
  it('is done at once for a clerk and for another platform operator', () => {
    for (const act of ['disable', 'enable', 'reset_password', 'reset_second_factor', 'bind', 'unbind'] as const) {
      expect(wayOf(act, clerk, 'me')).toBe('direct')
      expect(wayOf(act, { id: 'p', role: 'platform_operator' }, 'me')).toBe('direct')
    }
  })
  it('is proposed for an auditor or business operator, but for shutting out', () => {
    expect(wayOf('disable', auditor, 'me')).toBe('direct')
    expect(wayOf('unbind', auditor, 'me')).toBe('direct')
    for (const act of ['enable', 'reset_password', 'reset_second_factor', 'bind'] as const) expect(wayOf(act, auditor, 'me')).toBe('proposal')
    expect(wayOf('enable', { id: 'b', role: 'business_operator' }, 'me')).toBe('proposal')
  })
  it('is done by another platform operator for the own account', () => {
    for (const act of ['disable', 'reset_password', 'reset_second_factor'] as const) expect(wayOf(act, { id: 'me', role: 'platform_operator' }, 'me')).toBe('another')
  })
  it('is confirmed by the same role, or by the other of the two', () => {
    expect(otherSide('security_auditor')).toBe('business_operator')
    expect(otherSide('business_operator')).toBe('security_auditor')
    expect(confirmedBy('security_auditor')).toContain('业务运营')
  })
  it('a clerk keeps his password when his name is changed', () => {
    expect(problems({ ...blankUser(), id: 'c', before: 'department_operator', username: 'wl', display_name: '王丽', organisation_id: 'o' })).toEqual({})
  })
})

describe('temporary passwords', () => {
  it('meet the rule, can be read aloud and differ', () => {
    const made = Array.from({ length: 300 }, () => temporaryPassword('wang.li'))
    for (const one of made) {
      expect(one).toMatch(/^[A-Za-z2-9]{4}(-[A-Za-z2-9]{4}){3}$/)
      expect(one).not.toMatch(/[lIO]/)
      expect([/[a-z]/, /[A-Z]/, /\d/].every((kind) => kind.test(one))).toBe(true)
    }
    expect(new Set(made).size).toBe(made.length)
  })
  it('never hold the user name', () => {
    let calls = 0
    // The first sixteen draws spell the name, the later ones do not.
    const take = (below: number) => (calls++ < 16 ? [22, 25, 50, 3][calls % 4]! : (calls * 7) % below)
    expect(temporaryPassword('xx', take).toLowerCase()).not.toContain('xx')
  })
  it('are drawn evenly and within the bound', () => {
    for (let at = 0; at < 200; at++) expect(draw(3)).toBeLessThan(3)
  })
})

describe('binding an account of a log-in service', () => {
  const form = { provider: 'province', subject: ' 330199-1 ', reason: '' }
  it('names what is missing', () => {
    expect(bindingProblem(form, 'direct')).toBe('')
    expect(bindingProblem({ ...form, provider: '' }, 'direct')).toContain('登录服务')
    expect(bindingProblem({ ...form, subject: ' ' }, 'direct')).toContain('编号')
    expect(bindingProblem({ ...form, subject: 'x'.repeat(256) }, 'direct')).toContain('255')
    expect(bindingProblem(form, 'proposal')).toContain('理由')
    expect(bindingProblem({ ...form, reason: '换手机' }, 'proposal')).toBe('')
  })
  it('tells what it takes the place of', () => {
    const bound = [{ provider: 'province', subject: '330199-9', bound_ms: 0 }]
    expect(replacedBy(form, bound)).toBe(bound[0])
    expect(replacedBy({ ...form, subject: '330199-9' }, bound)).toBeUndefined()
    expect(replacedBy({ ...form, provider: 'county' }, bound)).toBeUndefined()
  })
})
