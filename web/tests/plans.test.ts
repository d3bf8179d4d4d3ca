import { describe, expect, it } from 'vitest'
import type { Holding, Plan } from '@/api'
import { wan } from '@/pages/plans/money'
import { blankPlan, cells, pasted, rowsOf, toPlan } from '@/pages/plans/planForm'
import { advised, wantedItems } from '@/pages/plans/report'

describe('a list pasted from a spreadsheet', () => {
  it('is read with or without a header, resource by resource', () => {
    const text = '资源名称\t信息项\t说明\r\n老年人台账\t姓名\t\r\n\t身份证号\t公民身份号码\r\n服务记录\t工单号\t\r\n老年人台账\t联系电话\t\r\n'
    expect(pasted(text)).toEqual([
      { name: '老年人台账', description: '', items: '姓名\n身份证号 | 公民身份号码\n联系电话' },
      { name: '服务记录', description: '', items: '工单号' },
    ])
    expect(pasted('台账\t姓名')).toHaveLength(1)
  })
  it('keeps cells with line breaks, tabs and quotes whole', () => {
    expect(cells('"a\nb"\t"c""d"\te"f\n')).toEqual([['a\nb', 'c"d', 'e"f']])
    expect(pasted('"老年人\n台账"\t姓名')[0]?.name).toBe('老年人台账')
  })
  it('takes nothing out of what is no list', () => expect([pasted(''), pasted('只有一列'), pasted('\t\t\n')]).toEqual([[], [], []]))
})

describe('a plan', () => {
  it('carries items with their meaning, and comes back the same', () => {
    const form = { ...blankPlan(), name: ' 系统 ', cost: '3,260,000', functions: '派单\n\n评价', resources: [{ name: '台账', description: '', items: '姓名\n身份证号 | 公民身份号码' }] }
    const plan = toPlan(form, 7)
    expect(plan).toMatchObject({ name: '系统', cost_yuan: 3_260_000, functions: ['派单', '评价'], updated_ms: 7 })
    expect(plan.resources[0]?.items).toEqual([{ name: '姓名', description: '' }, { name: '身份证号', description: '公民身份号码' }])
    expect(rowsOf(plan.resources)).toEqual(form.resources)
  })
  it('does not take a mistyped cost for nothing', () => expect(toPlan({ ...blankPlan(), cost: '三百万' }).cost_yuan).toBe(-1))
  it('shows amounts in ten thousand yuan', () => expect([wan(3_260_000), wan(12_345), wan(0)]).toEqual(['326', '1.23', '0']))
})

const holding = (id: string, way: Holding['way']): Holding => ({ source: 'catalog', id, code: id, name: `资源${id}`, organisation_id: 'o', organisation_name: '局', system_id: 's1', system_name: '系统', listed: true, mounted: true, way, link: '' })
const hit = (id: string, way: Holding['way'], overlaps: boolean) => ({ holding: holding(id, way), score: 0.9, overlaps, items: { numerator: 1, denominator: 2 }, weighted: 1, name: 1, reason: { zh: '', en: '' } })
const match = (place: number, advice: 'reuse' | 'share' | 'build', hits: ReturnType<typeof hit>[]) => ({ place, name: '', overlaps: hits.some((one) => one.overlaps), advice, exists: { numerator: 0, denominator: 0 }, hits, items: [] })

describe('the advice', () => {
  const plan = {
    resources: [{}, {}, {}, {}],
    report: { resources: [match(0, 'share', [hit('a', 'request', true), hit('b', 'request', false)]), match(1, 'reuse', [hit('c', 'own', true)]), match(2, 'build', []), match(3, 'share', [hit('d', 'withheld', true)])] },
  } as unknown as Plan
  it('names what overlaps and no more, and leaves to a person what has no plain answer', () => {
    const [share, reuse, build, open] = advised(plan)
    expect(share).toMatchObject({ decision: 'share', resource_ids: ['a'], system_id: null })
    expect(reuse).toMatchObject({ decision: 'reuse', system_id: 's1', resource_ids: [] })
    expect(build).toMatchObject({ decision: 'build', reason: '没有找到现成的数据。' })
    expect(open).toMatchObject({ decision: 'build', reason: '' })
  })
  it('asks for each item once', () => {
    const item = (name: string) => ({ place: 0, name, exists: true, hits: [{ holding: holding('a', 'request'), item: 'name', zh: '', score: 1, reason: { zh: '', en: '' } }] })
    expect(wantedItems({ ...match(0, 'share', []), items: [item('姓名'), item('名字')] }, 'a')).toEqual(['name'])
  })
})
