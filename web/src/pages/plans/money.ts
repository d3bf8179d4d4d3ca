// Amounts in ten thousand yuan, as offices write them. Pure.
import { count } from '@/lib/time'

/** 3 260 000 yuan as `326`, 12 345 as `1.23`. */
export function wan(yuan: number): string {
  const value = yuan / 10_000
  return Number.isInteger(value) ? count(value) : value.toLocaleString('zh-CN', { maximumFractionDigits: 2 })
}
