import { describe, expect, it } from 'vitest'
import type { Askable, Resource } from '@/api'
import { blankAsk, deliverable, problems as askProblems, toRequest } from '@/pages/ask/askForm'
import { blankForm, formOf, problems as resourceProblems, toBody as resourceBody } from '@/pages/catalogue/resourceForm'
import { guessColumns } from '@/pages/catalogue/guess'
import { blankGrant, pieces, problems as grantProblems, toBody as grantBody } from '@/pages/grants/grantForm'

const kind = { type: 'resident_id' }
const grant: Askable = {
  grant: 'g1', resource: { code: 'GA-1', name: '人口' }, provider: { name: '公安局' },
  keys: [{ item: 'resident_id', zh: '身份证号', en: 'id', kind }],
  items: [
    { item: 'name', zh: '姓名', masked: false, verify_only: false, kind: { type: 'person_name' } },
    { item: 'birth', zh: '出生日期', masked: false, verify_only: true, kind: { type: 'date' } },
  ],
  purposes: [{ matter: 'A', basis: '甲' }, { matter: 'B', basis: '乙' }], shapes: ['query', 'verify'], valid_until_ms: 1,
}

describe('asking', () => {
  it('wants value, purpose and case, and never an item that is for checking only', () => {
    expect(Object.keys(askProblems(blankAsk(grant), grant)).sort()).toEqual(['caseNo', 'purpose', 'value'])
    expect(deliverable(grant).map((item) => item.item)).toEqual(['name'])
    expect(blankAsk(grant).items).toEqual(['name'])
  })
  it('sends numbers plain and names the grant', () => {
    const form = { ...blankAsk(grant), value: ' 11010519491231002x ', purpose: 1, caseNo: ' 7 ' }
    expect(askProblems(form, grant)).toEqual({})
    expect(toRequest(form, grant)).toEqual({ resource: 'GA-1', subject: { resident_id: '11010519491231002X' }, items: ['name'], purpose: { matter: 'B', basis: '乙' }, case_no: '7', grant: 'g1' })
  })
  it('sends only the claims that were filled in', () => {
    const form = { ...blankAsk(grant), shape: 'verify' as const, value: '11010519491231002X', claims: { name: ' 张三 ', birth: ' ' }, purpose: 0, caseNo: '7' }
    expect(toRequest(form, grant).claims).toEqual({ name: '张三' })
    expect(toRequest(form, grant).items).toBeUndefined()
  })
  it('does not send a claimed number with a wrong check character', () => {
    const wide = { ...grant, items: [{ ...grant.items[0]!, item: 'spouse_id', kind }] }
    const form = { ...blankAsk(wide), shape: 'verify' as const, value: '11010519491231002X', purpose: 0, caseNo: '7' }
    expect(Object.keys(askProblems({ ...form, claims: { spouse_id: '110105194912310021' } }, wide))).toEqual(['claim.spouse_id'])
    expect(askProblems({ ...form, claims: { spouse_id: '11010519491231002X' } }, wide)).toEqual({})
  })
  it('does not send a number with a wrong check character', () => {
    expect(askProblems({ ...blankAsk(grant), value: '110105194912310021', purpose: 0, caseNo: '7' }, grant).value).toContain('校验位')
  })
})

describe('giving a grant', () => {
  const form = { ...blankGrant(Date.parse('2026-03-01T00:00:00+08:00')), resource_id: 'r', consumer_id: 'o', items: { name: 'full' as const, id: 'verify' as const, sex: '' as const }, purposes: [{ matter: ' M ', basis: 'B' }], client_ids: 'a，b  c' }
  it('the last day counts whole, and what is not given is not sent', () => {
    expect(grantProblems(form)).toEqual({})
    const body = grantBody({ ...form, valid_until: '2026-03-01' })
    expect(body.valid_until_ms - body.valid_from_ms).toBe(86_400_000)
    expect(body.items).toEqual([{ item: 'name', masked: false, verify_only: false }, { item: 'id', masked: false, verify_only: true }])
    expect(body.client_ids).toEqual(['a', 'b', 'c'])
    expect(body.purposes[0]?.matter).toBe('M')
  })
  it('finds each gap', () => {
    expect(Object.keys(grantProblems({ ...form, items: {}, shapes: [], purposes: [{ matter: '', basis: '' }] })).sort()).toEqual(['items', 'purposes', 'shapes'])
    expect(grantProblems({ ...form, valid_until: '2026-02-01' }).valid_until).toBeTruthy()
    expect(grantProblems({ ...form, valid_until: '2036-02-01' }).valid_until).toBeTruthy()
    expect(grantProblems({ ...form, quota_per_day: '0' }).quota_per_day).toBeTruthy()
    expect(grantProblems({ ...form, quota_per_day: '1e3' }).quota_per_day).toBeTruthy()
    expect(grantProblems({ ...form, filter: [{ item: 'a', op: 'eq', values: '1,2' }] }).filter).toBeTruthy()
    expect(grantProblems({ ...form, filter: [{ item: 'a', op: 'in', values: '1,2' }] }).filter).toBeUndefined()
  })
  it('splits at commas of either width', () => expect(pieces('甲，乙、丙; 丁')).toEqual(['甲', '乙', '丙', '丁']))
})

describe('cataloguing', () => {
  const good = { ...blankForm(), name: '人口', abstract: '甲', share_condition: '乙', items: [{ item: 'id', zh: '身份证号', en: '', element: 'person.id', is_key: true, required: true, sensitive: true, share_type: '' as const, no_share_basis: '', note: '' }] }
  it('wants a key, an element for each item, and the basis that its share type needs', () => {
    expect(resourceProblems(good)).toEqual({})
    expect(resourceProblems({ ...good, items: [{ ...good.items[0]!, is_key: false }] }).items).toBeTruthy()
    expect(resourceProblems({ ...good, items: [{ ...good.items[0]!, element: '' }] }).items).toBeTruthy()
    expect(resourceProblems({ ...good, items: [good.items[0]!, good.items[0]!] }).items).toContain('两次')
    expect(resourceProblems({ ...good, share_type: 'none' }).no_share_basis).toBeTruthy()
  })
  it('sends back unchanged what the form does not show', () => {
    const kept = { ...(resourceBody(good) as object), category: '人口', use_conditions: '限办事', updated_ms: 9, code: 'GA-1', items: [] } as unknown as Resource
    expect(resourceBody({ ...formOf(kept), items: good.items }, kept)).toMatchObject({ category: '人口', use_conditions: '限办事', updated_ms: 9, code: 'GA-1' })
  })
})

describe('guessing columns', () => {
  const item = (name: string, zh: string, type: string) => ({ item: name, zh, kind: { type } })
  const column = (name: string, comment: string | null = null) => ({ name, comment })
  const looks = (name: string, type: string, share: number) => ({ name, nulls: 0, distinct: { values: 1, exact: true }, patterns: [], kinds: [{ kind: { type }, share, repaired: 0 }], examples: [], codes: [] })
  it('goes by comment, habit and contents, and gives no column twice', () => {
    const items = [item('resident_id', '公民身份号码', 'resident_id'), item('name', '姓名', 'person_name'), item('note', '备注', 'text')]
    expect(guessColumns(items, [column('C1', '公民身份号码'), column('XM'), column('C3')], [])).toEqual({ resident_id: 'C1', name: 'XM' })
    expect(guessColumns(items, [column('A'), column('B')], [looks('A', 'text', 1), looks('B', 'resident_id', 1)])).toEqual({ resident_id: 'B' })
    expect(guessColumns([items[0]!, { ...items[0]!, item: 'spouse_id' }], [column('SFZH')], [])).toEqual({ resident_id: 'SFZH' })
  })
})
