// What flows between departments: how each flow looks, which stands first, and the bands of the map by volume. Pure.
import type { Flowing } from '@/api'

export const LOOKS = ['halted', 'failing', 'running', 'following', 'active', 'paused', 'ended'] as const
/** How a flow stands for a reader: what needs somebody first. */
export type Look = (typeof LOOKS)[number]

export function lookOf(flow: Flowing): Look {
  if (flow.state !== 'active') return flow.state
  // Some failures among many runs were mended by trying again; one in three was not.
  if (flow.failed > 0 && flow.failed * 3 >= flow.runs) return 'failing'
  if (flow.running) return flow.continuous ? 'following' : 'running'
  return 'active'
}

export const rankOf = (flow: Flowing): number => LOOKS.indexOf(lookOf(flow))
export const isBad = (flow: Flowing): boolean => rankOf(flow) <= 1

/** All subscriptions from one department to another. */
export interface Band {
  id: string
  provider_id: string
  consumer_id: string
  from: string
  to: string
  rows: number
  bytes: number
  look: 'live' | 'dead' | 'bad'
  flows: Flowing[]
}

export function bandsOf(flows: Flowing[]): Band[] {
  const bands = new Map<string, Band>()
  for (const flow of flows) {
    const id = `${flow.provider_id}-${flow.consumer_id}`
    const band = bands.get(id) ?? { id, provider_id: flow.provider_id, consumer_id: flow.consumer_id, from: flow.provider_name, to: flow.consumer_name, rows: 0, bytes: 0, look: 'dead', flows: [] }
    band.rows += flow.rows
    band.bytes += flow.bytes
    band.flows.push(flow)
    bands.set(id, band)
  }
  for (const band of bands.values()) {
    const going = band.flows.some((flow) => flow.state === 'active' && (flow.rows > 0 || flow.running))
    band.look = band.flows.some(isBad) ? 'bad' : going ? 'live' : 'dead'
  }
  return [...bands.values()].sort((a, b) => b.rows - a.rows || a.id.localeCompare(b.id))
}

export interface Bank {
  id: string
  name: string
  y: number
  height: number
}
export interface Drawn {
  band: Band
  width: number
  path: string
}
export interface River {
  left: Bank[]
  right: Bank[]
  bands: Drawn[]
  height: number
}

const LEAST = 2
const GAP = 18
const LOWEST_BANK = 22

/** The map by volume: providers to the left, consumers to the right, bands as wide as their rows. `across` is where the banks stand. */
export function riverOf(bands: Band[], across: [left: number, right: number], flood = 340): River {
  const most = Math.max(1, bands.reduce((sum, band) => sum + band.rows, 0))
  const width = (band: Band) => Math.max(LEAST, (flood * band.rows) / most)
  function bank(side: 'provider_id' | 'consumer_id', name: 'from' | 'to') {
    const sums = new Map<string, { id: string; name: string; flow: number }>()
    for (const band of bands) {
      const one = sums.get(band[side]) ?? { id: band[side], name: band[name], flow: 0 }
      one.flow += width(band)
      sums.set(band[side], one)
    }
    let y = 0
    const places = [...sums.values()].sort((a, b) => b.flow - a.flow).map((one) => {
      const height = Math.max(LOWEST_BANK, one.flow)
      const place = { id: one.id, name: one.name, y, height, at: y + (height - one.flow) / 2 }
      y += height + GAP
      return place
    })
    return { places, height: Math.max(0, y - GAP) }
  }
  const [left, right] = [bank('provider_id', 'from'), bank('consumer_id', 'to')]
  const height = Math.max(left.height, right.height, LOWEST_BANK)
  for (const side of [left, right]) {
    const down = (height - side.height) / 2
    for (const place of side.places) {
      place.y += down
      place.at += down
    }
  }
  const order = (side: typeof left, id: string) => side.places.findIndex((place) => place.id === id)
  const starts = new Map<string, number>()
  const ends = new Map<string, number>()
  // On each bank the bands leave in the order of the other bank, so that they cross as little as they can.
  for (const place of left.places) {
    for (const band of bands.filter((one) => one.provider_id === place.id).sort((a, b) => order(right, a.consumer_id) - order(right, b.consumer_id))) {
      starts.set(band.id, place.at + width(band) / 2)
      place.at += width(band)
    }
  }
  for (const place of right.places) {
    for (const band of bands.filter((one) => one.consumer_id === place.id).sort((a, b) => order(left, a.provider_id) - order(left, b.provider_id))) {
      ends.set(band.id, place.at + width(band) / 2)
      place.at += width(band)
    }
  }
  const middle = (across[0] + across[1]) / 2
  const drawn = bands.map((band) => {
    const [y1, y2] = [starts.get(band.id) ?? 0, ends.get(band.id) ?? 0]
    const r = (n: number) => Math.round(n * 10) / 10
    return { band, width: r(width(band)), path: `M${across[0]} ${r(y1)} C${middle} ${r(y1)} ${middle} ${r(y2)} ${across[1]} ${r(y2)}` }
  })
  const plain = (side: typeof left): Bank[] => side.places.map(({ id, name, y, height: high }) => ({ id, name, y, height: high }))
  return { left: plain(left), right: plain(right), bands: drawn, height }
}
