// The map of the county's systems as the page draws it. Pure.
import type { Chimney, ChimneyDepartment, ChimneyMap, CountyFlow, MonthCalls } from '@/api'

export type Life = 'alive' | 'silent' | 'retired' | 'planned' | 'apart'

/**
 * Whether a system is used: answering, silent, given up, or not there yet. Who sees only the own department's flows cannot know
 * whether another department's system is silent.
 */
export function lifeOf(system: Chimney | undefined, knows: boolean): Life {
  if (!system || system.state === 'planned' || system.state === 'building') return 'planned'
  if (system.calls > 0) return 'alive'
  if (system.state === 'retired') return 'retired'
  return knows ? 'silent' : 'apart'
}

/** A size for a count: small counts stay visible, large ones do not drown the rest. */
export function size(calls: number, most: number, smallest: number, largest: number): number {
  if (calls <= 0 || most <= 0) return smallest
  return smallest + (largest - smallest) * Math.pow(Math.min(1, calls / most), 0.4)
}

/** A chimney on the ground: the system as it stands today, and as it was at the time that is shown. */
export interface Place {
  id: string
  name: string
  organisation_id: string
  organisation_name: string
  now: Chimney
  then: Chimney | undefined
  life: Life
}

export interface Plot {
  id: string
  name: string
  short: string
  places: Place[]
}

/**
 * Departments with their systems, laid out by today's map so that nothing moves when another month is shown. Departments with
 * most systems first.
 */
export function plots(today: ChimneyMap, shown: ChimneyMap, own: string | undefined): Plot[] {
  const at = new Map(shown.departments.flatMap((one) => one.systems.map((system) => [system.system_id, system] as const)))
  const departments = [...today.departments, ...shown.departments.filter((one) => !today.departments.some((other) => other.organisation_id === one.organisation_id))]
  const place = (department: ChimneyDepartment, system: Chimney): Place => {
    const then = at.get(system.system_id)
    return { id: system.system_id, name: system.name, organisation_id: department.organisation_id, organisation_name: department.name, now: system, then, life: lifeOf(then, shown.whole || department.organisation_id === own) }
  }
  return departments
    .map((one) => ({ id: one.organisation_id, name: one.name, short: one.short_name || one.name, places: one.systems.map((system) => place(one, system)).sort((a, b) => a.name.localeCompare(b.name, 'zh-CN')) }))
    .sort((a, b) => b.places.length - a.places.length || a.name.localeCompare(b.name, 'zh-CN'))
}

export const flowId = (flow: CountyFlow): string => `${flow.provider_id}>${flow.consumer_id}`

/** Sums for the sentence above the picture. */
export function sums(all: Plot[], flows: CountyFlow[]) {
  const places = all.flatMap((one) => one.places)
  const count = (life: Life) => places.filter((one) => one.life === life).length
  return {
    systems: places.length - count('planned'),
    alive: count('alive'),
    silent: count('silent'),
    flows: flows.filter((one) => one.state === 'alive').length,
    dead: flows.filter((one) => one.state === 'dead').length,
    unused: flows.filter((one) => one.state === 'unused').length,
    calls: flows.reduce((sum, one) => sum + one.calls, 0),
  }
}

/** The months a reader may choose: from the first with evidence to the present one, none left out. */
export function monthsOf(found: MonthCalls[], nowMonth: string): string[] {
  const made: string[] = []
  let [year, month] = (found[0]?.month ?? nowMonth).split('-').map(Number) as [number, number]
  for (let i = 0; i < 600; i++) {
    const text = `${year}-${String(month).padStart(2, '0')}`
    if (text > nowMonth) break
    made.push(text)
    if (month === 12) [year, month] = [year + 1, 1]
    else month += 1
  }
  return made.length ? made : [nowMonth]
}

/** The last moment of a month in China; nothing for the present month, which is shown as it is now. */
export function endOf(month: string, nowMonth: string): number | undefined {
  if (month >= nowMonth) return undefined
  const [year, number] = month.split('-').map(Number) as [number, number]
  const next = number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`
  return Date.parse(`${next}-01T00:00:00+08:00`) - 1
}

export interface Box {
  x: number
  width: number
  middle: number
}

/** Where each department and each chimney stands along the ground, in drawing units. */
export function layout(all: Plot[], chimney: number, gap: number): { plots: Map<string, Box>; systems: Map<string, number>; width: number } {
  const boxes = new Map<string, Box>()
  const systems = new Map<string, number>()
  let x = gap / 2
  for (const plot of all) {
    const width = Math.max(3, plot.places.length) * chimney
    boxes.set(plot.id, { x, width, middle: x + width / 2 })
    const first = x + (width - plot.places.length * chimney) / 2
    plot.places.forEach((one, i) => systems.set(one.id, first + i * chimney))
    x += width + gap
  }
  return { plots: boxes, systems, width: x - gap / 2 }
}

/** Where the ends of each flow stand under their departments: side by side, in the order of where they lead. */
export function ends(flows: CountyFlow[], boxes: Map<string, Box>): Map<string, [from: number, to: number]> {
  const at = new Map<string, number>()
  const middle = (id: string) => boxes.get(id)?.middle ?? 0
  for (const [id, box] of boxes) {
    const here = flows.filter((one) => one.provider_id === id || one.consumer_id === id)
    const other = (flow: CountyFlow) => middle(flow.provider_id === id ? flow.consumer_id : flow.provider_id)
    here.sort((a, b) => other(a) - other(b)).forEach((flow, i) => at.set(`${flowId(flow)}@${id}`, box.x + ((i + 1) * box.width) / (here.length + 1)))
  }
  const found = new Map<string, [number, number]>()
  for (const flow of flows) {
    const [from, to] = [at.get(`${flowId(flow)}@${flow.provider_id}`), at.get(`${flowId(flow)}@${flow.consumer_id}`)]
    if (from !== undefined && to !== undefined && from !== to) found.set(flowId(flow), [from, to])
  }
  return found
}
