// Who is logged in.
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { session as api, type Role, type User } from '@/api'

export const useSession = defineStore('session', () => {
  const user = ref<User | null>(null)
  /** True once the server was asked who is logged in; before that the router waits. */
  const known = ref(false)
  const role = computed<Role | null>(() => user.value?.role ?? null)
  const isDepartment = computed(() => role.value?.startsWith('department_') ?? false)

  async function restore(): Promise<void> {
    try {
      user.value = (await api.get()).user
    } catch {
      user.value = null
    }
    known.value = true
  }

  async function logIn(username: string, password: string): Promise<void> {
    user.value = (await api.logIn(username, password)).user
    known.value = true
  }

  async function logOut(): Promise<void> {
    try {
      await api.logOut()
    } finally {
      user.value = null
    }
  }

  function forget(): void {
    user.value = null
  }

  /** True when the user has one of these roles. */
  function can(...roles: Role[]): boolean {
    return role.value !== null && roles.includes(role.value)
  }

  /** True when the thing belongs to the user's own organisation. */
  function owns(organisationId: string | null | undefined): boolean {
    return !!organisationId && user.value?.organisation.id === organisationId
  }

  return { user, known, role, isDepartment, restore, logIn, logOut, forget, can, owns }
})
