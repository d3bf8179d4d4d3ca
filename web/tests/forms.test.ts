import { describe, expect, it } from 'vitest'
import type { Askable, ItemQuality, QualityReport, Resource, TableProposal } from '@/api'
import { blankAsk, deliverable, problems as askProblems, toRequest } from '@/pages/ask/askForm'
import { blankForm, blankItem, formOf, problems as resourceProblems, toBody as resourceBody } from '@/pages/catalogue/resourceForm'
import { isMounted, percent, qualityRows, tone } from '@/pages/catalogue/detail/quality'
import { placeOnWay, steps } from '@/pages/catalogue/flow'
import { checks, citesLaw } from '@/pages/catalogue/legal'
import { lineProblem } from '@/pages/catalogue/wizard/fromTable'
import { decisionsOf, lineDecisions, linesOf, match } from '@/pages/catalogue/wizard/match'
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
  const good = { ...blankForm(), name: '人口', abstract: '甲', share_condition: '乙', items: [{ ...blankItem(), item: 'id', zh: '身份证号', element: 'person.id', is_key: true, required: true, sensitive: true }] }
  it('wants a key, an element for each item, and the basis that its share type needs', () => {
    expect(resourceProblems(good)).toEqual({})
    expect(resourceProblems({ ...good, items: [{ ...good.items[0]!, is_key: false }] }).items).toBeTruthy()
    expect(resourceProblems({ ...good, items: [{ ...good.items[0]!, element: '' }] }).items).toBeTruthy()
    expect(resourceProblems({ ...good, items: [good.items[0]!, good.items[0]!] }).items).toContain('两次')
    expect(resourceProblems({ ...good, share_type: 'none' }).no_share_basis).toBeTruthy()
  })
  it('sends back unchanged what was not touched, and the version it was read at', () => {
    const body = resourceBody({ ...good, category: '人口', use_conditions: '限办事', related_codes: 'A-1、B-2', grade: '4' })
    const kept = { ...body, code: 'GA-1', updated_ms: 9 } as unknown as Resource
    expect(resourceBody(formOf(kept), kept)).toEqual({ ...body, code: 'GA-1', updated_ms: 9 })
  })
  it('goes on with the change under way rather than with the published entry', () => {
    const kept = { ...resourceBody(good), updated_ms: 9, revision: { entry: { ...resourceBody({ ...good, name: '新名' }) } } } as unknown as Resource
    expect(formOf(kept).name).toBe('新名')
  })
  it('refuses an invented condition and says which words', () => {
    expect(resourceProblems({ ...good, share_condition: '须经我局同意后使用' }).share_condition).toContain('我局同意')
  })
  it('knows which texts cite the law', () => {
    for (const text of ['《中华人民共和国反间谍法》第八条', '《户口登记条例（1958年）》第三条', '《国务院关于取消许可事项的决定》', '《城市居民最低生活保障条例》第九条']) expect(citesLaw(text), text).toBe(true)
    for (const text of ['', '领导不同意', '反间谍法第八条', '《浙江省公共数据条例》', '《杭州市数据管理条例》', '《本局数据管理办法》', '《会议纪要》']) expect(citesLaw(text), text).toBe(false)
  })
  it('shows what is lacking while it is written', () => {
    const state = (form: typeof good) => Object.fromEntries(checks(form).map((one) => [one.key, one.state]))
    expect(state({ ...good, share_condition: '县级部门办理社会救助时使用' })).toMatchObject({ condition: 'good', invented: 'good', kinds: 'later', assessments: 'later' })
    expect(state({ ...good, share_condition: '视情况' })).toMatchObject({ condition: 'bad' })
    expect(state({ ...good, share_type: 'none', no_share_basis: '内部规定' })).toMatchObject({ basis: 'bad' })
  })
})

describe('the way of an entry', () => {
  const at = (state: string, more: object = {}) => ({ state, ...more }) as unknown as Resource
  const reader = (role: string, mine = true) => ({ mine, can: (one: string) => one === role })
  it('offers each step to the one whose turn it is, and to nobody else', () => {
    expect(steps(at('draft'), reader('department_operator'))).toContain('submit')
    expect(steps(at('signing'), reader('department_operator'))).not.toContain('submit')
    expect(steps(at('signing'), reader('department_head'))).toEqual(['sign', 'return'])
    expect(steps(at('signing'), reader('department_head', false))).toEqual([])
    expect(steps(at('under_review'), reader('business_operator', false))).toEqual(['return', 'approve'])
    expect(steps(at('awaiting_publication'), reader('business_operator', false))).toContain('publish')
    expect(steps(at('published', { revision_state: 'returned' }), reader('department_operator'))).toEqual(expect.arrayContaining(['edit', 'submit', 'discard']))
    expect(placeOnWay('returned')).toBe(0)
    expect(placeOnWay('under_review')).toBe(2)
  })
})

describe('quality', () => {
  const seen = (item: string, more: Partial<ItemQuality> = {}): ItemQuality => ({ item, missing: 0, invalid: null, repaired: null, examples: [], withheld: false, ...more })
  const report: QualityReport = { resource_id: 'r', taken_ms: 1, rows: 9, rows_exact: true, sampled_rows: 9, items: [seen('id', { missing: 0.1, invalid: 0.02 }), seen('gone')] }
  const items = [{ item: 'id', zh: '身份证号', kind: { type: 'resident_id' } }, { item: 'sex', zh: '性别', kind: { type: 'code', set: 'sex' } }]
  it('shows what was looked at and is still an item, with its column to its own people only', () => {
    const mount = { columns: [{ item: 'id', column: 'SFZH', code_map: {} }] }
    expect(qualityRows({ items, mount } as unknown as Resource, report)).toMatchObject([{ item: 'id', name: '身份证号', column: 'SFZH', missing: 0.1, invalid: 0.02 }])
    expect(qualityRows({ items, mount: null } as unknown as Resource, report)[0]?.column).toBe('')
  })
  it('does not make little look like nothing, and nothing judged like nothing wrong', () => {
    expect([0, 0.0004, 0.05, 1, null, undefined].map(percent)).toEqual(['0.0%', '0.04%', '5.0%', '100.0%', '—', '—'])
    expect([0, 0.0004, 0.05, null].map(tone)).toEqual(['good', 'warn', 'bad', ''])
  })
  it('is asked for only where data hangs', () => {
    expect(['mounted', 'change_pending', 'changed', 'pending', 'unmounted'].map((mount_state) => isMounted({ mount_state } as Resource))).toEqual([true, true, true, false, false])
    expect(isMounted(undefined)).toBe(false)
  })
})

describe('reverse cataloguing', () => {
  const column = (name: string, element: string | null, confidence: 'sure' | 'likely' | 'unsure', more: object = {}) => ({ column: name, lesson_key: `k.${name}`, role: element ? ('item' as const) : ('technical' as const), confidence, element, item: element?.split('.')[1] ?? null, zh: name, en: name, code_map: [], is_key: false, reason_zh: '', reason_en: '', alternatives: [], ...more })
  const proposal = (columns: ReturnType<typeof column>[], keys: string[] = []): TableProposal => ({ table: 'T', resource: { name: 'T', keys, as_of_column: 'GXSJ', share_type: 'conditional', share_condition: '办事', grade: 4, reason_zh: '', reason_en: '' }, columns })
  const made = proposal([column('XM', 'person.name', 'likely'), column('XM2', 'person.name', 'sure'), column('XB', 'person.sex', 'sure', { code_map: [{ value: '男', rows: 9, standard: '1' }, { value: '1', rows: 1, standard: '1' }, { value: '?', rows: 1, standard: null }] }), column('ID', null, 'sure')], ['name'])
  it('gives each item the surest column of its element, no column twice, and its codes', () => {
    const found = match([{ item: 'name', element: 'person.name' }, { item: 'sex', element: 'person.sex' }, { item: 'former_name', element: 'person.name' }], made)
    expect(found).toEqual({ columns: { name: 'XM2', sex: 'XB', former_name: 'XM' }, codeMaps: { name: {}, sex: { 男: '1' }, former_name: {} }, asOf: 'GXSJ' })
  })
  it('tells what a person corrected, so that the next proposal is better', () => {
    expect(decisionsOf([{ item: 'name', element: 'person.former_name' }], { name: 'XM' }, made)).toEqual([{ column: 'XM', lesson_key: 'k.XM', proposed: 'person.name', chosen: 'person.former_name' }])
    const lines = linesOf(made).map((line) => ({ ...line, take: line.column === 'XB' }))
    expect(lineDecisions(lines, made).map((one) => one.chosen)).toEqual([null, null, 'person.sex', null])
  })
  it('takes what is sure or likely, leaves guesses and technical columns to the person, and wants a key', () => {
    const lines = linesOf(proposal([column('A', 'person.id', 'sure'), column('B', 'person.name', 'unsure'), column('C', null, 'sure')]))
    expect(lines.map((line) => line.take)).toEqual([true, false, false])
    expect(lineProblem(lines)).not.toBe('')
    expect(lineProblem([{ ...lines[0]!, is_key: true }])).toBe('')
    expect(lineProblem([{ ...lines[1]!, take: true, element: '' }])).toContain('B')
  })
})
