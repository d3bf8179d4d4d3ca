// A handover in words and figures. Pure.
import type { Handover, HandoverState } from '@/api'
import { t } from '@/i18n'
import { bytes } from '@/lib/units'

/** States as people ask for them. */
export const GROUPS = {
  open: ['offered', 'waiting', 'moving'],
  done: ['received', 'removed'],
  failed: ['failed'],
  over: ['declined', 'cancelled', 'lapsed'],
} as const satisfies Record<string, readonly HandoverState[]>
export type Group = keyof typeof GROUPS

/** What the server takes for a group of states; a single state, or nothing, as it is. */
export const statesOf = (group: string): string => (group in GROUPS ? GROUPS[group as Group].join(',') : group)

/** True while something changes from one second to the next. */
export const isMoving = (one: Pick<Handover, 'state'>) => one.state === 'moving' || one.state === 'waiting'

/** Percent that has arrived; nothing before the size is known. */
export function shareOf(one: Pick<Handover, 'bytes' | 'moved'>): number | null {
  if (one.bytes === null || one.bytes === undefined) return null
  return one.bytes === 0 ? 100 : Math.min(100, (100 * one.moved) / one.bytes)
}

/** Milliseconds until all has arrived, at the present rate. */
export function remainingOf(one: Pick<Handover, 'bytes' | 'moved' | 'bytes_per_second'>): number | null {
  const left = (one.bytes ?? 0) - one.moved
  return one.bytes && one.bytes_per_second && left > 0 ? (left / one.bytes_per_second) * 1000 : null
}

/** What the browser may show as what is being done: the bytes have all come and are looked at, or nothing has come yet. */
export function stageOf(one: Pick<Handover, 'bytes' | 'moved' | 'bytes_per_second'>): 'prepare' | 'carry' | 'check' {
  if (one.bytes === null || one.bytes === undefined || one.bytes_per_second === null || one.bytes_per_second === undefined) return 'prepare'
  return one.moved >= one.bytes ? 'check' : 'carry'
}

export const sizeWords = (one: Pick<Handover, 'bytes' | 'moved' | 'state'>): string =>
  (one.state === 'moving' || one.state === 'waiting') && one.bytes ? t('handover.movedOf', { moved: bytes(one.moved), all: bytes(one.bytes) }) : bytes(one.bytes)

const scanWords = (clean: boolean | null | undefined): string => t(clean === true ? 'handover.scanClean' : clean === false ? 'handover.scanNone' : 'handover.scanYet')

/** What the virus scans of both sides said; the side at which one found or failed points to the reason that is told. */
export function scansOf(one: Pick<Handover, 'state' | 'notice' | 'provider_clean' | 'receiver_clean'>): { provider: string; receiver: string } {
  const told = { provider: scanWords(one.provider_clean), receiver: scanWords(one.receiver_clean) }
  if (one.notice?.code !== 'document.infected' && one.notice?.code !== 'document.scan_failed') return told
  const known = one.provider_clean !== null && one.provider_clean !== undefined
  return { ...told, [known ? 'receiver' : 'provider']: t('handover.scanSee') }
}
