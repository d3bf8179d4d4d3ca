import { computed, ref } from 'vue'
import { describe, expect, it } from 'vitest'
import { compare, useRows } from '@/composables/useRows'
import { sheetCells } from '@/lib/export'
import { isShort } from '@/lib/short'
import { treeOf, visible } from '@/lib/tree'
import { rowsText } from '@/pages/catalogue/rows'
import { sortTodos } from '@/pages/home/todos'
import type { Todo } from '@/api'

interface Row { name: string; grade: number | null }
const rows: Row[] = [{ name: '婚姻登记', grade: 3 }, { name: '不动产', grade: null }, { name: '企业登记', grade: 1 }]
const list = () => useRows(ref(rows), { words: (r) => [r.name], sorts: { name: (r) => r.name, grade: (r) => r.grade }, filters: { grade: (r, value) => String(r.grade) === value } })

describe('lists in the browser', () => {
  it('search, filter and clear again', () => {
    const made = list()
    made.search.value = '登记'
    expect(made.rows.value.map((r) => r.name)).toEqual(['婚姻登记', '企业登记'])
    made.set({ grade: '3' })
    expect(made.rows.value).toHaveLength(1)
    expect(made.narrowed.value).toBe(true)
    made.clear()
    expect(made.rows.value).toHaveLength(3)
  })
  it('sort Chinese by pinyin, numbers as numbers, and what is missing last', () => {
    const made = list()
    made.set({ sort: 'name' })
    expect(made.rows.value.map((r) => r.name)).toEqual(['不动产', '婚姻登记', '企业登记'])
    made.set({ sort: 'grade' })
    expect(made.rows.value.map((r) => r.grade)).toEqual([1, 3, null])
    expect(compare(10, 9)).toBeGreaterThan(0)
  })
  it('page, and export what the filters leave, not only the page', async () => {
    const many = useRows(computed(() => Array.from({ length: 45 }, (_, i) => ({ name: `n${i}`, grade: i }))), { words: (r) => [r.name] })
    many.set({ page: '3' })
    expect(many.rows.value).toHaveLength(5)
    expect(await many.everything()).toHaveLength(45)
  })
})

describe('files for spreadsheets', () => {
  it('keep every text a text', () => {
    const [head, row] = sheetCells(['名称', '数'], [['=HYPERLINK("x")', 5]])
    expect(head?.[0]).toMatchObject({ value: '名称', fontWeight: 'bold' })
    expect(row).toEqual([{ value: '=HYPERLINK("x")', type: String }, { value: 5, type: Number }])
  })
})

describe('rows of a sheet', () => {
  it('are named as people name them', () => {
    expect(rowsText([9, 2, 5, 6, 7, 8])).toBe('2,5-9')
    expect(rowsText([])).toBe('')
  })
})

describe('trees', () => {
  it('hang rows below their parents, show what is open, and survive a missing parent', () => {
    const tree = treeOf([{ id: 'a', up: null }, { id: 'b', up: 'a' }, { id: 'c', up: 'b' }, { id: 'd', up: 'gone' }], (r) => r.id, (r) => r.up)
    expect(tree.map((one) => [one.row.id, one.below])).toEqual([['a', 2], ['d', 0]])
    expect(visible(tree, (r) => r.id === 'a').map((one) => one.row.id)).toEqual(['a', 'b', 'd'])
  })
})

describe('what waits', () => {
  it('stands by the clock: the latest first, what has no clock last', () => {
    const one = (title: string, due_ms: number | null): Todo => ({ kind: 'k', zh: '', en: '', title, link: '/', since_ms: 1, due_ms, overdue: false })
    expect(sortTodos([one('none', null), one('later', 9), one('late', 1)]).map((todo) => todo.title)).toEqual(['late', 'later', 'none'])
  })
})

it('a short word stays on one line of a table, a name of an office may be broken', () => {
  expect(['新增', '部门负责人', '劳动监察大队', '—'].every(isShort)).toBe(true)
  expect(isShort('云澜县农业农村局')).toBe(false)
})
