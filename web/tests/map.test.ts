import { describe, expect, it } from 'vitest'
import type { Chimney, ChimneyMap, CountyFlow } from '@/api'
import { ends, endOf, flowId, layout, lifeOf, monthsOf, plots, size, sums } from '@/pages/map/model'

const chimney = (id: string, more: Partial<Chimney> = {}): Chimney => ({ system_id: id, name: id, state: 'running', calls: 5, listed: 1, mounted: 1, ...more })
const flow = (from: string, to: string, more: Partial<CountyFlow> = {}): CountyFlow => ({ provider_id: from, provider_name: from, consumer_id: to, consumer_name: to, calls: 9, refused: 0, state: 'alive', grants: 1, unused_grants: 0, ...more })
const department = (id: string, ...systems: Chimney[]) => ({ organisation_id: id, name: id, short_name: '', systems })
const map = (departments: ReturnType<typeof department>[], flows: CountyFlow[] = [], whole = true): ChimneyMap => ({ at_ms: 0, window_days: 30, whole, departments, flows, months: [] })

const today = map([department('x', chimney('a'), chimney('b', { calls: 0 })), department('y', chimney('c', { state: 'retired', calls: 0 }), chimney('d'))], [flow('x', 'y'), flow('y', 'x', { state: 'unused', calls: 0 })])

describe('the map', () => {
  it('tells used, silent, given up and not yet built apart', () => {
    expect(plots(today, today, undefined).flatMap((one) => one.places.map((place) => place.life))).toEqual(['alive', 'silent', 'retired', 'alive'])
    const before = map([department('x', chimney('a', { calls: 0 }))])
    expect(plots(today, before, undefined).flatMap((one) => one.places.map((place) => place.life))).toEqual(['silent', 'planned', 'planned', 'planned'])
  })
  it('does not call another department’s system silent before somebody who sees only his own flows', () => {
    expect(lifeOf(chimney('a', { calls: 0 }), false)).toBe('apart')
    expect(plots(today, { ...today, whole: false }, 'x').flatMap((one) => one.places.map((place) => place.life))).toEqual(['alive', 'silent', 'retired', 'alive'])
    expect(plots(today, { ...today, whole: false }, 'y').flatMap((one) => one.places.map((place) => place.life))).toEqual(['alive', 'apart', 'retired', 'alive'])
  })
  it('moves nothing when another month is shown', () => {
    const order = (shown: ChimneyMap) => plots(today, shown, undefined).flatMap((one) => one.places.map((place) => place.id))
    expect(order(map([department('y', chimney('d'))]))).toEqual(order(today))
  })
  it('counts what it shows', () => {
    expect(sums(plots(today, today, undefined), today.flows)).toEqual({ systems: 4, alive: 2, silent: 1, flows: 1, dead: 0, unused: 1, calls: 9 })
  })
  it('lets nothing overlap on the ground, and each flow ends under its departments', () => {
    const { plots: boxes, systems, width } = layout(plots(today, today, undefined), 30, 20)
    const spans = [...boxes.values()].map((box) => [box.x, box.x + box.width])
    spans.forEach(([from, to], i) => {
      expect(to).toBeLessThan(width + 1)
      if (i > 0) expect(from).toBeGreaterThanOrEqual(spans[i - 1]![1]!)
    })
    expect(new Set(systems.values()).size).toBe(4)
    const found = ends(today.flows, boxes)
    const [from, to] = found.get(flowId(today.flows[0]!))!
    expect(from > boxes.get('x')!.x && from < boxes.get('x')!.x + boxes.get('x')!.width).toBe(true)
    expect(to > boxes.get('y')!.x).toBe(true)
    expect(new Set([...found.values()].flat()).size).toBe(4)
    expect(ends([flow('x', 'nowhere')], boxes).size).toBe(0)
  })
  it('draws more as larger, nothing as smallest, and never beyond the bounds', () => {
    expect(size(0, 100, 10, 50)).toBe(10)
    expect(size(5, 100, 10, 50)).toBeLessThan(size(50, 100, 10, 50))
    expect(size(1e9, 100, 10, 50)).toBe(50)
  })
})

describe('the months', () => {
  it('run from the first with evidence to the present one without a hole', () => {
    expect(monthsOf([{ month: '2025-11', start_ms: 0, calls: 1 }, { month: '2026-02', start_ms: 0, calls: 1 }], '2026-03')).toEqual(['2025-11', '2025-12', '2026-01', '2026-02', '2026-03'])
    expect(monthsOf([], '2026-03')).toEqual(['2026-03'])
  })
  it('end at midnight in China; the present one is shown as it is now', () => {
    expect(endOf('2025-12', '2026-03')).toBe(Date.parse('2026-01-01T00:00:00+08:00') - 1)
    expect(endOf('2026-03', '2026-03')).toBeUndefined()
  })
})
