// Times are shown in China Standard Time, whatever the computer is set to: the evidence is kept by it too.
import { lang, t } from '@/i18n'

const ZONE = 'Asia/Shanghai'

function parts(ms: number): Record<string, string> {
  const made: Record<string, string> = {}
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: ZONE,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  })
  for (const { type, value } of format.formatToParts(ms)) made[type] = value
  // Some engines write midnight as 24.
  if (made.hour === '24') made.hour = '00'
  return made
}

/** `2026-01-05 08:30:07`; a dash for no time. */
export function dateTime(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return '—'
  const p = parts(ms)
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}:${p.second}`
}

/** `2026-01-05`. */
export function dateOnly(ms: number | null | undefined): string {
  return ms === null || ms === undefined ? '—' : dateTime(ms).slice(0, 10)
}

/** Midnight (China Standard Time) of an ISO date, in Unix milliseconds; `NaN` for anything else. */
export function msOfDate(iso: string): number {
  return /^\d{4}-\d{2}-\d{2}$/.test(iso) ? Date.parse(`${iso}T00:00:00+08:00`) : Number.NaN
}

/** How long ago, in words: 3 分钟前. */
export function ago(ms: number | null | undefined, now = Date.now()): string {
  if (ms === null || ms === undefined) return '—'
  const minutes = Math.floor(Math.max(0, now - ms) / 60000)
  if (minutes < 1) return t('time.justNow')
  if (minutes < 60) return t('time.minutesAgo', { n: minutes })
  if (minutes < 60 * 48) return t('time.hoursAgo', { n: Math.floor(minutes / 60) })
  return t('time.daysAgo', { n: Math.floor(minutes / 1440) })
}

/** A duration in microseconds with a fitting unit. */
export function duration(us: number): string {
  if (us < 1000) return `${us} µs`
  if (us < 1e6) return `${(us / 1000).toFixed(us < 1e5 ? 1 : 0)} ms`
  return `${(us / 1e6).toFixed(2)} s`
}

/** A count with separators. */
export function count(n: number | null | undefined): string {
  return n === null || n === undefined ? '—' : n.toLocaleString(lang.value === 'zh' ? 'zh-CN' : 'en-GB')
}
