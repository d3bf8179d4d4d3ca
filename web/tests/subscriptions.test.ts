import { describe, expect, it } from 'vitest'
import type { Flowing, Grant, Resource, Run } from '@/api'
import { blankWhen, isRule, scheduleWords, toCron } from '@/lib/schedule'
import { bytes, span } from '@/lib/units'
import { bandsOf, lookOf, rankOf, riverOf } from '@/pages/flows/river'
import { atFields, blankSubscription, deliversTables, firstWrong, misfitsAt, problems, scheduleOf, stepOfMisfits, stepOfRefusal, tableName, toInput, underGrant } from '@/pages/subscriptions/form'
import { partyOf, reasonWords, remainingOf, remarksOf } from '@/pages/subscriptions/words'

const words = (cron: string, working_days = false) => scheduleWords({ kind: 'cron', cron, working_days })
const NOW = Date.parse('2026-11-26T10:00:00+08:00')

describe('schedules in words', () => {
  it('are what a clerk would say', () => {
    expect(words('0 2 * * *')).toBe('每天 02:00')
    expect(words('30 8,14 * * *')).toBe('每天 08:30、14:30')
    expect(words('0 2 * * *', true)).toBe('每个工作日 02:00')
    expect(words('0 9 * * 1-5')).toBe('周一至周五 09:00')
    expect(words('0 9 * * 0,3')).toBe('每周三、周日 09:00')
    expect(words('0 * * * *')).toBe('每小时整点')
    expect(words('15 * * * *')).toBe('每小时 15 分')
    expect(words('*/10 * * * *')).toBe('每 10 分钟')
    expect(words('5 */6 * * *')).toBe('每 6 小时（05 分）')
    expect(words('0 3 1,15 * *')).toBe('每月 1、15 日 03:00')
    expect(words('0 * * * *', true)).toBe('每小时整点，只在工作日')
    expect(scheduleWords({ kind: 'manual' })).toBe('手动')
  })
  it('show a rule that has no plain words as it is', () => {
    expect(words('0 2 * 3-5 *')).toBe('定时规则 0 2 * 3-5 *')
    expect(words('0 2 13 * 5')).toBe('定时规则 0 2 13 * 5')
  })
  it('come from a form', () => {
    const form = blankWhen()
    expect(toCron({ ...form, every: 'day', time: '02:05' })).toBe('5 2 * * *')
    expect(toCron({ ...form, every: 'hour', time: '00:20' })).toBe('20 * * * *')
    expect(toCron({ ...form, every: 'week', weekdays: [7, 1], time: '18:00' })).toBe('0 18 * * 1,0')
    expect(toCron({ ...form, every: 'month', day: 28, time: '18:00' })).toBe('0 18 28 * *')
    expect(toCron({ ...form, every: 'week', weekdays: [] })).toBe('')
    expect(toCron({ ...form, every: 'day', time: '' })).toBe('')
    expect(toCron({ ...form, every: 'rule', rule: '  0  2 * * * ' })).toBe('0 2 * * *')
  })
  it('are told from what is no rule', () => {
    for (const rule of ['0 2 * * *', '*/5 8-18 * * 1-5', '0 0 L * *', '0 9 * jan mon', '0 9 * * 1#2']) expect(isRule(rule), rule).toBe(true)
    for (const rule of ['', '* * *', '61 2 * * *', '每天两点', '0 2 * * * *', '0 24 * * *', '*/0 * * * *']) expect(isRule(rule), rule).toBe(false)
  })
})

const grant = {
  id: 'g1', state: 'active', shapes: ['query', 'batch'], resource_code: 'GA-HKRK-001', resource_name: '常住人口基本信息', valid_until_ms: Date.parse('2027-01-01T00:00:00+08:00'), purposes: [{ matter: 'MZ-1', basis: '条例' }],
  items: [{ item: 'id', masked: false, verify_only: false }, { item: 'name', masked: false, verify_only: false }, { item: 'address', masked: true, verify_only: false }, { item: 'birth', masked: false, verify_only: true }],
} as unknown as Grant
const resource = { items: [{ item: 'id', is_key: true }, { item: 'name' }, { item: 'address' }, { item: 'birth' }] } as unknown as Resource
const filled = () => ({ ...underGrant(blankSubscription(), grant, resource), agent_id: 'a1', target: 'hall' })

describe('a new subscription', () => {
  it('begins with all that may be delivered, its keys and its only purpose', () => {
    const form = filled()
    expect(form.columns.map((one) => [one.item, one.key, one.masked])).toEqual([['id', true, false], ['name', false, false], ['address', false, true]])
    expect(form).toMatchObject({ purpose: 0, table: 'ga_hkrk_001', until: '2026-12-31', name: '常住人口基本信息' })
    expect(tableName('--GA/人口 01')).toBe('ga_01')
    expect(deliversTables(grant)).toBe(true)
    expect(deliversTables({ ...grant, shapes: ['query'] })).toBe(false)
    expect(firstWrong(form, grant, NOW)).toBeUndefined()
  })
  it('names what is wrong at its field', () => {
    const form = filled()
    form.columns[1]!.column = 'GT_name'
    form.columns[2]!.column = 'ID'
    expect(Object.keys(problems(form, 'columns', grant, NOW))).toEqual(['column.name', 'column.address'])
    form.columns[0]!.key = false
    expect(problems(form, 'columns', grant, NOW).keys).toBeTruthy()
    expect(problems({ ...form, table: ' ', target: '' }, 'target', grant, NOW)).toMatchObject({ table: expect.any(String), target: expect.any(String) })
    expect(problems({ ...form, schedule: 'continuous' }, 'when', grant, NOW).schedule).toBeTruthy()
    expect(problems({ ...form, schedule: 'continuous', method: 'changes' }, 'when', grant, NOW)).toEqual({})
    expect(problems({ ...form, until: '2026-11-25' }, 'when', grant, NOW).until).toBeTruthy()
    expect(problems({ ...form, until: '2027-01-01' }, 'when', grant, NOW).until).toBeTruthy()
    expect(problems({ ...form, purpose: -1 }, 'when', grant, NOW).purpose).toBeTruthy()
    expect(problems({ ...form, when: { ...form.when, every: 'rule', rule: '2 Uhr' } }, 'when', grant, NOW).when).toBeTruthy()
    expect(firstWrong(form, grant, NOW)).toBe('columns')
  })
  it('says to the server no more than was chosen', () => {
    const form = filled()
    form.columns[1]!.masked = true
    const input = toInput({ ...form, columns: form.columns.map((one) => (one.item === 'address' ? { ...one, column: ' dizhi ' } : one)) }, grant)
    // What the grant masks anyway is not said again.
    expect(input.columns).toEqual([{ item: 'id', column: 'id', masked: false }, { item: 'name', column: 'name', masked: true }, { item: 'address', column: 'dizhi', masked: false }])
    expect(input).toMatchObject({ keys: ['id'], ends_ms: null, watermark: null, schedule: { kind: 'cron', cron: '0 2 * * *', working_days: false }, purpose: { matter: 'MZ-1' } })
    expect(toInput({ ...form, until: '2026-12-01' }, grant).ends_ms).toBe(Date.parse('2026-12-02T00:00:00+08:00'))
    expect(toInput({ ...form, method: 'after', watermark: 'name' }, grant).watermark).toBe('name')
    expect(scheduleOf({ ...form, schedule: 'manual' })).toEqual({ kind: 'manual' })
  })
  it('leads what the server refused to its field and its step', () => {
    const form = filled()
    form.columns[0]!.taken = false
    expect(atFields({ code: 'input.invalid', fields: [{ path: 'columns[1].column', text: 'x' }, { path: 'ends_ms', text: 'y' }] }, 'z', form)).toEqual({ 'column.address': 'x', until: 'y' })
    expect(atFields({ code: 'subscription.cron', fields: [] }, 'z', form)).toEqual({ when: 'z' })
    expect(stepOfRefusal({ code: 'input.invalid', fields: [{ path: 'columns[1].column' }] })).toBe('columns')
    expect(stepOfRefusal({ code: 'plan.watermark', fields: [] })).toBe('when')
    expect(stepOfRefusal({ code: 'authorise.suspended', fields: [] })).toBe('grant')
    expect(stepOfRefusal({ code: 'target.connect', fields: [] })).toBe('target')
  })
})

describe('what does not fit at the target', () => {
  const misfit = (column: string, zh: string) => ({ code: 'c', column, zh, en: zh })
  it('stands at the column or the table that is meant, once', () => {
    expect(misfitsAt([misfit('NAME', 'a'), misfit('', 'b'), misfit('', 'c'), misfit('gt_flags', 'd')], filled(), (one) => one.zh)).toEqual({ 'column.name': 'a', table: 'b' })
  })
  it('is mended at the table when that does not fit as a whole', () => {
    expect([stepOfMisfits([]), stepOfMisfits([misfit('name', 'a')]), stepOfMisfits([misfit('name', 'a'), misfit('', 'b')])]).toEqual([undefined, 'columns', 'target'])
  })
})

describe('runs', () => {
  it('tell how long they still take, when that can be known', () => {
    const run = { expected: 1000, rows_per_second: 100, figures: { read: 500 } } as unknown as Run
    expect(remainingOf(run)).toBe(5000)
    expect(remainingOf({ ...run, expected: null })).toBeNull()
    expect(span(5000)).toBe('5.0 秒')
    expect(span(200_000)).toBe('3 分 20 秒')
    expect(span(7_260_000)).toBe('2 小时 1 分')
    expect(bytes(3_812_044)).toBe('3.6 MB')
    expect(bytes(900)).toBe('900 B')
  })
  it('show remarks by item and code, the most frequent first, and say them in words', () => {
    expect(remarksOf({ remarks: { a: { x: 1 }, b: { y: 5, z: 2 } } }).map((one) => one.values)).toEqual([5, 2, 1])
    const labels = [{ item: 'name', zh: '姓名', en: 'Name', kind: 'text' as const }]
    expect(reasonWords('name:name.nowhere', labels)).toEqual(['姓名：name.nowhere'])
    expect(reasonWords('', labels)).toEqual([])
  })
})

describe('flows', () => {
  const flow = (more: Partial<Flowing>): Flowing => ({ subscription_id: 's', name: 'n', provider_id: 'p', provider_name: 'P', consumer_id: 'c', consumer_name: 'C', resource_name: 'r', target: 'hall', table: 't', schedule: { kind: 'manual' }, failures: 0, state: 'active', continuous: false, held: false, running: false, runs: 30, failed: 0, rows: 10, bytes: 1, ...more })
  it('stand with what needs somebody first', () => {
    expect(lookOf(flow({ state: 'halted' }))).toBe('halted')
    expect(lookOf(flow({ failed: 10 }))).toBe('failing')
    expect(lookOf(flow({ failed: 1 }))).toBe('active')
    expect(lookOf(flow({ running: true, continuous: true }))).toBe('following')
    expect(rankOf(flow({ state: 'halted' }))).toBeLessThan(rankOf(flow({ state: 'ended' })))
  })
  it('are summed by pair of departments and drawn by volume', () => {
    const bands = bandsOf([flow({ rows: 300 }), flow({ rows: 100 }), flow({ consumer_id: 'd', rows: 0, state: 'paused' }), flow({ provider_id: 'q', rows: 100, failed: 30 })])
    expect(bands.map((one) => [one.id, one.rows, one.look])).toEqual([['p-c', 400, 'live'], ['q-c', 100, 'bad'], ['p-d', 0, 'dead']])
    const river = riverOf(bands, [0, 100], 100)
    expect(river.bands.map((one) => one.width)).toEqual([80, 20, 2])
    expect(river.left.map((one) => one.id)).toEqual(['p', 'q'])
    for (const bank of [...river.left, ...river.right]) expect(bank.y >= 0 && bank.y + bank.height <= river.height + 0.01).toBe(true)
  })
})

it('a side of the list is asked of the server as the party that the own department is', () => {
  expect(partyOf('in', 'o1')).toEqual({ consumer_id: 'o1' })
  expect(partyOf('out', 'o1')).toEqual({ provider_id: 'o1' })
  for (const side of ['', undefined, 'across']) expect(partyOf(side, 'o1')).toEqual({})
})
