// Five-field rules of the clock (minute, hour, day of month, month, day of week) as words and as a form. Pure.
import type { Schedule } from '@/api'
import { t, tOr } from '@/i18n'

/** Ways to say when runs begin that need no knowledge of rules. */
export const EVERY = ['hour', 'day', 'week', 'month', 'rule'] as const
export type Every = (typeof EVERY)[number]

/** A rule as people choose it. */
export interface WhenForm {
  every: Every
  /** `02:00`; of an hourly rule only the minute counts. */
  time: string
  /** 1 Monday to 7 Sunday. */
  weekdays: number[]
  /** Day of month. */
  day: number
  rule: string
  workingDays: boolean
}

export const blankWhen = (): WhenForm => ({ every: 'day', time: '02:00', weekdays: [1], day: 1, rule: '0 2 * * *', workingDays: false })

const two = (n: number) => String(n).padStart(2, '0')

/** The rule that the form says; empty when the form says none. */
export function toCron(form: WhenForm): string {
  if (form.every === 'rule') return form.rule.trim().split(/\s+/).join(' ')
  const found = /^(\d{1,2}):(\d{2})$/.exec(form.time)
  if (!found) return ''
  const [hour, minute] = [Number(found[1]), Number(found[2])]
  if (form.every === 'hour') return `${minute} * * * *`
  if (form.every === 'day') return `${minute} ${hour} * * *`
  if (form.every === 'month') return `${minute} ${hour} ${form.day} * *`
  const days = [...new Set(form.weekdays)].sort((a, b) => a - b)
  return days.length ? `${minute} ${hour} * * ${days.map((day) => day % 7).join(',')}` : ''
}

const SPANS: [low: number, high: number][] = [[0, 59], [0, 23], [1, 31], [1, 12], [0, 7]]
const NAMES = /^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)$/i

/** Whether a rule can be read: five fields of numbers within their bounds. The server has the last word. */
export function isRule(rule: string): boolean {
  const fields = rule.trim().split(/\s+/)
  if (fields.length !== 5) return false
  return fields.every((field, at) => {
    const [low, high] = SPANS[at]!
    const within = (text: string) => (/^\d+$/.test(text) ? Number(text) >= low && Number(text) <= high : at >= 3 && NAMES.test(text))
    return field.split(',').every((part) => {
      const [range = '', step, ...more] = part.split('/')
      if (more.length || (step !== undefined && !/^[1-9]\d*$/.test(step))) return false
      if (range === '*') return true
      // The last day of the month, and the nth weekday, are known to the server.
      if ((at === 2 && /^(L|\d+W)$/i.test(range)) || (at === 4 && /^\d(L|#\d)$/i.test(range))) return true
      const ends = range.split('-')
      return ends.length <= 2 && ends.every(within)
    })
  })
}

/** `2,14` as numbers; nothing for what is no plain list. */
function list(field: string): number[] | undefined {
  const parts = field.split(',')
  return parts.every((part) => /^\d+$/.test(part)) ? parts.map(Number) : undefined
}

/** Days of the week as numbers from Monday, ranges opened. */
function weekdays(field: string): number[] | undefined {
  const days: number[] = []
  for (const part of field.split(',')) {
    const range = /^(\d)-(\d)$/.exec(part)
    if (range) for (let day = Number(range[1]); day <= Number(range[2]); day++) days.push(day)
    else if (/^\d$/.test(part)) days.push(Number(part))
    else return undefined
  }
  return days.some((day) => day > 7) ? undefined : [...new Set(days.map((day) => day || 7))].sort((a, b) => a - b)
}

/** Several words after each other. */
const and = (words: string[]) => words.join(t('when.and'))

function plainWords(cron: string, workingDays: boolean): string | undefined {
  const [minute = '', hour = '', day = '', month = '', week = ''] = cron.trim().split(/\s+/)
  if (month !== '*') return undefined
  const minutes = list(minute)
  if (hour === '*' && day === '*' && week === '*') {
    const step = /^(?:\*|0)\/(\d+)$/.exec(minute)
    if (step) return t('when.minutes', { n: step[1]! })
    if (minute === '*') return t('when.minutes', { n: 1 })
    return minutes && (minutes.length === 1 && minutes[0] === 0 ? t('when.onTheHour') : t('when.hourly', { minute: and(minutes.map(two)) }))
  }
  const everyHours = /^(?:\*|0)\/(\d+)$/.exec(hour)
  if (everyHours && day === '*' && week === '*' && minutes?.length === 1) return t('when.hours', { n: everyHours[1]!, minute: two(minutes[0]!) })
  const hours = list(hour)
  if (!hours || minutes?.length !== 1) return undefined
  const time = and(hours.map((one) => `${two(one)}:${two(minutes[0]!)}`))
  if (day === '*' && week === '*') return t(workingDays ? 'when.workingDay' : 'when.daily', { time })
  if (day === '*') {
    const days = weekdays(week)
    if (!days?.length) return undefined
    if (days.length === 7) return t('when.daily', { time })
    if (days.join() === '1,2,3,4,5') return t('when.mondayToFriday', { time })
    return t('when.weekly', { days: and(days.map((one) => t(`weekday.${one}` as 'weekday.1'))), time })
  }
  const dates = list(day)
  if (week !== '*') return undefined
  if (/^L$/i.test(day)) return t('when.lastDay', { time })
  return dates && t('when.monthly', { days: and(dates.map(String)), time })
}

/** When runs begin, in words. */
export function scheduleWords(schedule: Schedule): string {
  if (schedule.kind !== 'cron') return tOr(`when.${schedule.kind}`, schedule.kind)
  const plain = plainWords(schedule.cron, !!schedule.working_days)
  const words = plain ?? t('when.byRule', { rule: schedule.cron })
  const said = plain && schedule.working_days && /^\S+ [\d,]+ \* \* \*$/.test(schedule.cron.trim())
  return schedule.working_days && !said ? t('when.onlyWorking', { when: words }) : words
}
