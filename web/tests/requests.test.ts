import { describe, expect, it } from 'vitest'
import type { Gap, RequestInput } from '@/api'
import { pieces } from '@/pages/grants/grantForm'
import { blankRequest, blockingOf, fieldName, STEPS, stepOf, toForm, toInput, untilDay, untilMs } from '@/pages/requests/requestForm'
import { scopeForm, toScope } from '@/pages/requests/scope'
import { clockOf } from '@/pages/requests/states'

const asked: RequestInput = {
  resource_id: 'r1', basis: '《社会救助暂行办法》第十一条', scenario: '受理低保申请时核对户籍', matters: ['MZ-1', 'MZ-2'],
  items: [{ item: 'name', zh: '姓名', masked: false, verify_only: false }, { item: 'phone', zh: '电话', masked: true, verify_only: false }, { item: 'born', zh: '出生日期', masked: false, verify_only: true }],
  row_filter: { all: [{ item: 'region', op: 'in', values: ['330199', '330198'] }] }, region: '330199', method: 'interface', shapes: ['query', 'verify'],
  valid_until_ms: untilMs('2027-03-31'), calls_per_day: 500, calls_per_second: 5, client_ids: ['mz-1'], measures: '实名登录', contact: '8888', template: null,
}

describe('a request', () => {
  it('comes back from the form as it was', () => {
    const back = toInput(toForm(asked))
    expect(back).toEqual({ ...asked, items: asked.items.map(({ zh: _, ...item }) => item) })
  })
  it('is drafted half-written, with nothing made up', () => {
    const half = toInput({ ...blankRequest(Date.parse('2026-11-26T03:00:00Z')), resource_id: 'r1', until: '', per_day: 'viel', filter: [{ item: '', op: 'eq', values: 'x' }] })
    expect(half).toMatchObject({ items: [], matters: [], basis: '', valid_until_ms: 0, calls_per_day: 0, row_filter: { all: [] }, region: null })
  })
  it('ends with the last moment of the named day', () => {
    expect(untilMs('2027-03-31')).toBe(Date.parse('2027-04-01T00:00:00+08:00'))
    expect(untilDay(untilMs('2027-03-31'))).toBe('2027-03-31')
    expect(untilDay(0)).toBe('')
  })
})

describe('the clock of a request', () => {
  const stopped = { stage: null, days: 0, passed_days: 0, late: false, escalation: 0, overdue: 0, frozen_ms: 5 }
  it('is the consumer’s while gaps are filled, and keeps what the provider’s has left out', () => {
    const completion = { from_ms: 1, days: 10, passed_days: 4, due_ms: 9, late: false }
    expect(clockOf({ clock: stopped, completion })).toMatchObject({ stage: 'completion', days: 10, passed_days: 4, due_ms: 9, frozen_ms: 5 })
  })
  it('is the provider’s otherwise', () => {
    expect(clockOf({ clock: { ...stopped, stage: 'reply' }, completion: null }).stage).toBe('reply')
    expect(clockOf({ clock: stopped }).stage).toBeNull()
  })
})

describe('gaps', () => {
  it('lead to the step in which they are filled', () => {
    expect(['items[2].item', 'row_filter.all[0]', 'basis', 'matters[1]', 'measures', 'valid_until_ms', 'resource_id', ''].map(stepOf)).toEqual(['items', 'items', 'purpose', 'purpose', 'terms', 'terms', 'resource', 'terms'])
    expect(STEPS.at(-1)).toBe('check')
  })
  it('are named in words, and what is unknown by its path', () => {
    expect(fieldName('measures')).toBe('安全保护措施')
    expect(fieldName('items[0].item')).toBe('信息项')
    expect(fieldName('something_new[1]')).toBe('something_new[1]')
    expect(fieldName('')).toBe('整份申请')
  })
  it('block or advise', () => {
    const gap = (blocking: boolean): Gap => ({ path: 'basis', code: 'x', zh: '', en: '', blocking })
    expect(blockingOf([gap(true), gap(false)])).toHaveLength(1)
  })
})

describe('the scope that is given', () => {
  it('is what was asked for until something is changed', () => {
    const given = toScope(scopeForm(asked), asked, pieces)
    expect(given).toEqual({ items: asked.items, row_filter: asked.row_filter, shapes: asked.shapes, valid_until_ms: asked.valid_until_ms, calls_per_day: 500, calls_per_second: 5, condition: null })
  })
  it('keeps the instant when the day is the same, though asked for at noon', () => {
    const noon = { ...asked, valid_until_ms: untilMs('2027-03-31') - 3_600_000 }
    expect(toScope(scopeForm(noon), noon, pieces).valid_until_ms).toBe(noon.valid_until_ms)
  })
  it('leaves out and narrows, and keeps the conditions that were asked for', () => {
    const form = { ...scopeForm(asked), per_day: '50', until: '2026-12-31' }
    form.items.name = 'masked'
    form.items.phone = ''
    form.further.push({ item: 'town', op: 'eq', values: '330199001' })
    const given = toScope(form, asked, pieces)
    expect(given.items).toEqual([{ item: 'name', zh: '姓名', masked: true, verify_only: false }, { item: 'born', zh: '出生日期', masked: false, verify_only: true }])
    expect(given.row_filter.all).toEqual([...asked.row_filter.all, { item: 'town', op: 'eq', values: ['330199001'] }])
    expect(given).toMatchObject({ calls_per_day: 50, valid_until_ms: untilMs('2026-12-31') })
  })
})
