// A subscription and its runs in words. Pure.
import type { Run, Subscription } from '@/api'
import { say, t, tOr } from '@/i18n'
import { flagWords } from '@/lib/flags'
import { count } from '@/lib/time'
import { span } from '@/lib/units'

/** How far the target is behind the source, milliseconds: told by the run when it goes on without end, else the age of the data. */
export function lagOf(one: Pick<Subscription, 'lag_ms' | 'as_of_ms'>, nowMs: number): number | null {
  if (one.lag_ms !== null && one.lag_ms !== undefined) return one.lag_ms
  return one.as_of_ms === null || one.as_of_ms === undefined ? null : Math.max(0, nowMs - one.as_of_ms)
}

export function lagWords(one: Pick<Subscription, 'lag_ms' | 'as_of_ms'>, nowMs: number): string {
  const lag = lagOf(one, nowMs)
  if (lag === null) return '—'
  // Of what does not go on without end, the seconds say nothing.
  if (lag < 60_000 && (one.lag_ms === null || one.lag_ms === undefined)) return t('sub.lagNone')
  return t('sub.lagBehind', { time: span(lag) })
}

/** What the server takes for the side on which the own department stands; anything else narrows nothing. */
export function partyOf(side: unknown, own: string | undefined): { consumer_id?: string; provider_id?: string } {
  if (side === 'in') return { consumer_id: own }
  return side === 'out' ? { provider_id: own } : {}
}

/** The table with the target it lies in. */
export const placeOf = (input: Subscription['input']) => (input.hold ? t('sub.toHub') : `${input.target} / ${input.table}`)

/** What came of a run: its state and how many rows went. */
export function outcomeOf(run: Run | null | undefined): string {
  if (!run) return t('sub.neverRun')
  const state = tOr(`runState.${run.state}`, run.state)
  return run.kind === 'compare' || run.state === 'failed' ? state : `${state} · ${t('sub.rowsN', { n: count(run.figures.delivered) })}`
}

export const tookOf = (run: Run, nowMs: number) => span((run.ended_ms ?? nowMs) - run.started_ms)

/** Milliseconds until the end of a run, when it is known how many rows there are. */
export function remainingOf(run: Run): number | null {
  const left = (run.expected ?? 0) - run.figures.read
  return run.expected && run.rows_per_second > 0 && left > 0 ? (left / run.rows_per_second) * 1000 : null
}

export interface Remark {
  item: string
  code: string
  values: number
}

/** Remarks of a run, the most frequent first. */
export function remarksOf(run: Pick<Run, 'remarks'>): Remark[] {
  return Object.entries(run.remarks)
    .flatMap(([item, codes]) => Object.entries(codes).map(([code, values]) => ({ item, code, values })))
    .sort((a, b) => b.values - a.values)
}

/** The name of an item by the labels of the subscription. */
export function itemName(labels: Pick<Subscription, 'labels'>['labels'], item: string): string {
  const found = labels.find((one) => one.item === item)
  return (found && say(found)) || item
}

/** Reasons of a row that was held back: `item:code` or `item code`, parted by blanks, in words. */
export function reasonWords(reasons: string, labels: Subscription['labels']): string[] {
  return reasons.split(/\s+/).filter(Boolean).map((word) => {
    const parted = /^([^:=]+)[:=](.+)$/.exec(word)
    if (parted) return `${itemName(labels, parted[1]!)}：${flagWords(parted[2]!)}`
    return word.includes('.') ? flagWords(word) : itemName(labels, word)
  })
}

/** Rows in which a comparison found something. */
export const differing = (compared: { only_source: number; only_target: number; different: number }) => compared.only_source + compared.only_target + compared.different
