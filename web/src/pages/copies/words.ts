// What a copy's statistics say, in words. Pure.
import type { Counted, HeldCopy } from '@/api'
import { t } from '@/i18n'

export interface Bar {
  text: string
  rows: number
}

/** Bars that a page shows before they tell nothing more. */
const MOST_BARS = 12

/** Items that may be grouped by and be conditions. */
export const clearItems = (copy: Pick<HeldCopy, 'columns'>): string[] => copy.columns.filter((one) => !one.masked).map((one) => one.item)

/** A group in words: each value with what its code means. */
export function groupWords(values: (string | null)[], by: string[], meaning: (item: string, value: string) => string): string {
  return values.map((value, at) => (value === null ? t('count.empty') : `${value} ${meaning(by[at] ?? '', value)}`.trim())).join(' · ')
}

/** The largest groups. */
export function barsOf(counted: Pick<Counted, 'groups'> | null, words: (values: (string | null)[]) => string): Bar[] {
  return (counted?.groups ?? []).slice(0, MOST_BARS).map((one) => ({ text: words(one.values), rows: one.rows }))
}

/** Copies that this one can be compared with: of the same department, with the same keys. */
export function comparableWith(copy: HeldCopy, all: HeldCopy[]): HeldCopy[] {
  const keys = [...copy.keys].sort().join()
  return all.filter((one) => one.subscription_id !== copy.subscription_id && one.consumer_id === copy.consumer_id && [...one.keys].sort().join() === keys)
}
