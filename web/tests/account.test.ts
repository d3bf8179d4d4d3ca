import { describe, expect, it } from 'vitest'
import type { Setting } from '@/api'
import { browserWords, doorWords } from '@/pages/account/words'
import { choicesProblem, isChanged, numberProblem, settingWords } from '@/pages/admin/settings'
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
