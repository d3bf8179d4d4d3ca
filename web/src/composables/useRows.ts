// A list that is here whole: searched, filtered, sorted and paged in the browser, for a page to show like any other list.
import { computed, reactive, ref, type Ref } from 'vue'
import { PAGE_SIZE, type ListHandle } from './useList'
import type { ExportCell } from '@/lib/export'

interface Options<Row> {
  /** What the search looks into. */
  words: (row: Row) => (string | null | undefined)[]
  /** Values to sort by, by column. */
  sorts?: Record<string, (row: Row) => ExportCell>
  /** Filters by name: true when the row stays. */
  filters?: Record<string, (row: Row, value: string) => boolean>
  sortFirst?: string
  pending?: Ref<boolean>
  error?: Ref<unknown>
  refetch?: () => unknown
}

export function compare(a: ExportCell, b: ExportCell): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  const [left, right] = [a ?? '', b ?? '']
  // What is missing stands last, as in a paper list.
  if (left === '' || right === '') return left === right ? 0 : left === '' ? 1 : -1
  return String(left).localeCompare(String(right), 'zh-CN', { numeric: true })
}

export function useRows<Row>(all: Ref<Row[]>, options: Options<Row>): ListHandle<Row> {
  const search = ref('')
  const state = reactive<Record<string, string>>({ sort: options.sortFirst ?? '', page: '1', size: String(PAGE_SIZE) })
  const wanted = computed(() => {
    const q = search.value.trim().toLowerCase()
    let rows = all.value.filter((row) => !q || options.words(row).some((word) => word?.toLowerCase().includes(q)))
    for (const [name, keeps] of Object.entries(options.filters ?? {})) {
      const value = state[name]
      if (value) rows = rows.filter((row) => keeps(row, value))
    }
    const field = (state.sort ?? '').replace(/^-/, '')
    const by = options.sorts?.[field]
    if (!by) return rows
    const way = state.sort?.startsWith('-') ? -1 : 1
    return [...rows].sort((a, b) => way * compare(by(a), by(b)))
  })
  const size = computed(() => Number(state.size) || PAGE_SIZE)
  const page = computed(() => Math.min(Math.max(1, Number(state.page) || 1), Math.max(1, Math.ceil(wanted.value.length / size.value))))
  return {
    search,
    sort: computed(() => state.sort ?? ''),
    set: (changes) => Object.assign(state, { page: '1' }, Object.fromEntries(Object.entries(changes).map(([key, value]) => [key, String(value ?? '')]))),
    filter: (key) => state[key] ?? '',
    narrowed: computed(() => !!search.value || Object.keys(options.filters ?? {}).some((name) => !!state[name])),
    clear: () => {
      search.value = ''
      for (const name of Object.keys(options.filters ?? {})) state[name] = ''
    },
    rows: computed(() => wanted.value.slice((page.value - 1) * size.value, page.value * size.value)),
    total: computed(() => wanted.value.length),
    page,
    pageSize: size,
    pending: options.pending ?? ref(false),
    error: options.error ?? ref(null),
    refetch: options.refetch ?? (() => undefined),
    everything: () => Promise.resolve(wanted.value),
  }
}
