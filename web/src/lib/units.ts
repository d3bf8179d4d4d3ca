// Amounts and lengths of time with a fitting unit.
import { t } from '@/i18n'

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB']

/** `1.2 MB`; a dash for nothing. */
export function bytes(n: number | null | undefined): string {
  if (n === null || n === undefined) return '—'
  let [left, at] = [n, 0]
  while (left >= 1024 && at < UNITS.length - 1) {
    left /= 1024
    at++
  }
  return `${at === 0 || left >= 100 ? Math.round(left) : left.toFixed(1)} ${UNITS[at]}`
}

/** A length of time in words, the two largest units: 3 分 20 秒. */
export function span(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return '—'
  const left = Math.max(0, ms)
  if (left < 1000) return t('span.ms', { n: Math.round(left) })
  const seconds = Math.round(left / 1000)
  if (seconds < 60) return left < 10_000 ? t('span.s', { n: (left / 1000).toFixed(1) }) : t('span.s', { n: seconds })
  if (seconds < 3600) return seconds % 60 ? t('span.minsec', { m: Math.floor(seconds / 60), s: seconds % 60 }) : t('span.m', { m: seconds / 60 })
  const minutes = Math.floor(seconds / 60)
  if (minutes < 48 * 60) return minutes % 60 ? t('span.hm', { h: Math.floor(minutes / 60), m: minutes % 60 }) : t('span.h', { h: minutes / 60 })
  return t('span.d', { d: Math.floor(minutes / 1440) })
}
