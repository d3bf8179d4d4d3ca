// What waits for a person, messages, and the settings of this node.
import { call } from './client'
import type { ListQuery } from './index'
import type { Both, Page } from './types'

/** A thing that waits for somebody. */
export interface Todo extends Both {
  kind: string
  title: string
  /** Address within the console. */
  link: string
  organisation?: string | null
  since_ms: number
  due_ms?: number | null
  overdue: boolean
  /** Working days left, 0 on the last day, below 0 when late. */
  working_days_left?: number | null
}

/** A message in the inbox. */
export interface Notice extends Both {
  id: string
  kind: string
  link: string
  created_ms: number
  read_ms?: number | null
}

export interface SettingChoice extends Both {
  code: string
}

/** One setting with its value, default and bounds. */
export interface Setting extends Both {
  key: string
  kind: string
  value: number | boolean | SettingChoice[]
  default: number | boolean | SettingChoice[]
  min?: number | null
  max?: number | null
  changed_ms?: number | null
  changed_by?: string | null
}

export const todos = (query: ListQuery = {}) => call<Page<Todo>>('GET', '/api/v1/todos', { query })

export const notices = {
  list: (query: ListQuery = {}) => call<Page<Notice> & { unread: number }>('GET', '/api/v1/notices', { query }),
  read: (id: string) => call<unknown>('POST', '/api/v1/notices/{id}/read', { path: { id } }),
  readAll: () => call<unknown>('POST', '/api/v1/notices/read-all'),
}

export const settings = {
  list: () => call<{ items: Setting[] }>('GET', '/api/v1/settings'),
  put: (key: string, body: object) => call<Setting>('PUT', '/api/v1/settings/{key}', { path: { key }, body }),
}
